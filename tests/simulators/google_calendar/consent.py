"""The page where a person allows a client what it asks for, all of it or a part, or not."""

from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.simulators.google_calendar.account import Accounts
from tests.simulators.google_calendar.exchange import Answer, Request, html_answer, redirect
from tests.simulators.google_calendar.oauth import Authorization
from tests.simulators.google_calendar.resource import Resource

WORDS = {
    "https://www.googleapis.com/auth/calendar.app.created": "Make secondary Google calendars, and see, create, "
    "change, and delete events on them",
    "https://www.googleapis.com/auth/calendar.freebusy": "View your availability in your calendars",
}
DEFAULT_ADDRESS = "ana@example.org"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in - Google Accounts (simulated)</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem }}
label {{ display: block; margin: .75rem 0 }} button {{ font: inherit; padding: .5rem 1.5rem }}</style></head>
<body><p><small>This is a simulated Google. Nothing leaves this machine.</small></p>
<h1>Side by Side wants access to your Google Account</h1>
<form method="post" action="{action}">
<label>Your account <input name="account" type="email" required value="{account}"></label>
<p>Select what Side by Side can access</p>
{scopes}
<p><button name="decision" value="deny" formnovalidate>Cancel</button>
<button name="decision" value="allow">Continue</button></p>
</form></body></html>"""
SCOPE = '<label><input type="checkbox" name="granted" value="{scope}" checked> {words}</label>'


class ConsentError(Exception):
    """The client asked wrongly: the person is told, and never sent back."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks for in the address that it sends the browser to."""

    query: dict[str, str]

    @classmethod
    def parse(cls, url: str) -> "Asked":
        return cls({name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()})

    @property
    def scopes(self) -> list[str]:
        return self.query["scope"].split()

    def back(self, answer: dict[str, str]) -> str:
        state = {"state": self.query["state"]} if "state" in self.query else {}
        return_to = self.query["redirect_uri"]
        separator = "&" if urlsplit(return_to).query else "?"
        return f"{return_to}{separator}{urlencode({**state, **answer})}"


@dataclass(frozen=True, slots=True)
class Consent:
    """The authorization endpoint (RFC 6749, section 3.1)."""

    authorization: Authorization
    accounts: Accounts
    violations: list[str]

    def answer(self, request: Request) -> Answer:
        """GET shows the page, POST is the person's decision."""
        asked = Asked.parse(request.target)
        try:
            self._check(asked)
        except ConsentError as error:
            return html_answer(400, f"<h1>Access blocked: Authorization Error</h1><p>{escape(str(error))}</p>")
        if request.method == "GET":
            return html_answer(200, self._page(asked, request))
        form = request.form()
        if form.get("decision") != ["allow"]:
            return redirect(asked.back({"error": "access_denied"}))
        return redirect(
            self._allow(asked, form.get("account", [DEFAULT_ADDRESS])[0], frozenset(form.get("granted", [])))
        )

    def approve(self, url: str, address: str, scopes: frozenset[str] | None) -> str:
        """As `answer` does it, without a browser; without `scopes` everything that was asked for."""
        asked = Asked.parse(url)
        self._check(asked)
        return self._allow(asked, address, frozenset(asked.scopes) if scopes is None else scopes)

    def deny(self, url: str) -> str:
        asked = Asked.parse(url)
        self._check(asked)
        return asked.back({"error": "access_denied"})

    def _allow(self, asked: Asked, address: str, scopes: frozenset[str]) -> str:
        self.accounts.named(address)
        granted = scopes & frozenset(asked.scopes)
        asks: Resource = {"access_type": asked.query.get("access_type"), "prompt": asked.query.get("prompt")}
        code = self.authorization.code(
            address,
            granted,
            client=asked.query["client_id"],
            return_to=asked.query["redirect_uri"],
            challenge=asked.query.get("code_challenge", ""),
            asks=asks,
        )
        return asked.back({"code": code, "scope": " ".join(sorted(granted)), "authuser": "0", "prompt": "consent"})

    def _check(self, asked: Asked) -> None:
        query = asked.query
        missing = [name for name in ("client_id", "redirect_uri", "response_type", "scope") if not query.get(name)]
        if missing:
            raise ConsentError(f"Error 400: invalid_request. Missing required parameter: {missing[0]}")
        if query["client_id"] not in self.authorization.clients:
            raise ConsentError("Error 401: invalid_client. The OAuth client was not found.")
        if query["response_type"] != "code":
            raise ConsentError("Error 400: unsupported_response_type")
        if not query.get("state") or not query.get("code_challenge") or query.get("code_challenge_method") != "S256":
            self.violations.append("oauth: state and an S256 code_challenge should go along")
            raise ConsentError("Error 400: invalid_request. PKCE (S256) and state are expected here.")

    def _page(self, asked: Asked, request: Request) -> str:
        account = asked.query.get("login_hint") or next(iter(self.accounts.addresses()), DEFAULT_ADDRESS)
        scopes = [
            SCOPE.format(scope=escape(scope), words=escape(WORDS.get(scope, scope)))
            for scope in dict.fromkeys(asked.scopes)
        ]
        return PAGE.format(action=escape(request.target), account=escape(account), scopes="\n".join(scopes))
