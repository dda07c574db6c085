"""Google Calendar on a real socket, as its documentation says that it behaves, and misbehaving as scripted."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import escape
from threading import RLock
from typing import Self
from urllib.parse import urlencode

from tests.simulators.google_calendar.account import Account, Accounts
from tests.simulators.google_calendar.api import Api, answer_of
from tests.simulators.google_calendar.channel import Channels
from tests.simulators.google_calendar.consent import Consent
from tests.simulators.google_calendar.exchange import Answer, Request, compressed, html_answer, json_answer
from tests.simulators.google_calendar.faults import Fault, Script
from tests.simulators.google_calendar.oauth import CLIENT_ID, CLIENT_SECRET, Authorization, OAuthError
from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.phone_page import PhonePage
from tests.simulators.google_calendar.push import Push, Pushes
from tests.simulators.google_calendar.resource import Resource
from tests.simulators.google_calendar.server import Server

API = "/calendar/v3/"
WRITES = "https://www.googleapis.com/auth/calendar.app.created"
SEES_BUSY = "https://www.googleapis.com/auth/calendar.freebusy"


class GoogleCalendar:
    """Use it as a context manager, or start() and stop() it.

    Its addresses are `{url}/o/oauth2/v2/auth`, `{url}/token`, `{url}/revoke` and `{url}/calendar/v3/`. After a test
    `violations` has to be empty: it holds whatever was asked otherwise than the discovery document has it.
    """

    client_id, client_secret = CLIENT_ID, CLIENT_SECRET

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), port: int = 0) -> None:
        self._now = now
        self._lock = RLock()
        self._script = Script()
        self._pushes = Pushes()
        self._channels = Channels(now, self._pushes.send)
        self._accounts = Accounts(now, self._channels.changed)
        self.authorization = Authorization(now)
        self._api = Api(self._accounts, self.authorization, self._channels, self._script, self._lock)
        self._consent = Consent(self.authorization, self._accounts, self._api.violations)
        self._server = Server(self._respond, port=port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
        self._pushes.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api_url(self) -> str:
        """What googleapiclient takes as `api_endpoint`."""
        return self.url + API

    @property
    def violations(self) -> list[str]:
        return self._api.violations

    @property
    def calls(self) -> Counter[str]:
        """By the method's id in the discovery document; `oauth.token`, `oauth.revoke`."""
        return self._api.calls

    def account(self, address: str) -> Account:
        """Made at the first time, with a primary calendar."""
        with self._lock:
            return self._accounts.named(address)

    def phone(self, address: str) -> Phone:
        """What its owner does in the app."""
        return Phone(self.account(address), self._lock)

    def grant(self, address: str, scopes: Iterable[str] = (WRITES, SEES_BUSY)) -> Resource:
        """Tokens as if the person had just allowed this, without any page: as /token answers."""
        with self._lock:
            self._accounts.named(address)
            grant = self.authorization.grant(address, frozenset(scopes))
            return {**self.authorization.access(grant), "refresh_token": grant.refresh_token}

    def approve(self, consent_url: str, address: str, scopes: Iterable[str] | None = None) -> str:
        """Whom the person's browser is sent back to when they allow this (or only these scopes)."""
        with self._lock:
            return self._consent.approve(consent_url, address, None if scopes is None else frozenset(scopes))

    def deny(self, consent_url: str) -> str:
        return self._consent.deny(consent_url)

    def revoke(self, address: str) -> None:
        """The person takes everything back on their account's page."""
        with self._lock:
            self.authorization.withdraw(address)
            self._channels.close_all(address)

    def expire_access_tokens(self) -> None:
        """Refresh tokens go on."""
        with self._lock:
            for grant in self.authorization.grants:
                grant.access.clear()

    def expire_sync_tokens(self) -> None:
        with self._lock:
            self._api.epoch += 1

    def forget_deleted(self) -> None:
        """Deleted events disappear in the end, as the documentation warns: nothing is left of them, nor of their id."""
        with self._lock:
            self._accounts.forget_deleted()

    def fault(self, fault: Fault, *, call: int = 1, method: str = "", address: str = "", times: int = 1) -> None:
        """At the `call`-th call from now on that is of this method and account; empty is any."""
        self._script.plan(fault, call=call, method=method, address=address, times=times)

    def heal(self) -> None:
        """Forget the faults that are still to come."""
        self._script.clear()

    def pushes(self, timeout: float = 10) -> list[Push]:
        """All push notifications so far, once those on their way have arrived."""
        assert self._pushes.wait(timeout), "A receiver of push notifications does not answer."
        return list(self._pushes.sent)

    def set_latency(self, seconds: float) -> None:
        self._server.latency = seconds

    def set_page_size(self, most: int) -> None:
        """Fewer events on a page than were asked for, as the documentation allows."""
        self._api.page_size = most

    def set_validation(self, validates: bool) -> None:
        self._api.validates = validates

    def _respond(self, request: Request) -> Answer:
        path = request.path
        if path.startswith(API):
            return compressed(self._api.answer(request, path.removeprefix(API)), request)
        if path in {"/token", "/revoke"} and request.method == "POST":
            return self._oauth(request, path.removeprefix("/"))
        if path == "/o/oauth2/v2/auth":
            with self._lock:
                return self._consent.answer(request)
        if path == "/phone":
            return self._phone_page(request)
        return html_answer(404, "<h1>404</h1>")

    def _phone_page(self, request: Request) -> Answer:
        address = request.query().get("account", [""])[0]
        if address:
            return PhonePage(self.phone(address), self._now()).answer(request)
        with self._lock:
            addresses = self._accounts.addresses()
        links = (f'<li><a href="/phone?{urlencode({"account": one})}">{escape(one)}</a></li>' for one in addresses)
        return html_answer(200, f"<!doctype html><title>Simulated phones</title><ul>{''.join(links)}</ul>")

    def _oauth(self, request: Request, name: str) -> Answer:
        form = {key: values[-1] for key, values in request.form().items()}
        with self._lock:
            self._api.calls[f"oauth.{name}"] += 1
            fault = self._script.take(f"oauth.{name}", "")
            if fault is not None and not fault.is_done:
                return _oauth_fault(fault)
            try:
                answer = json_answer(200, self._oauth_do(name, form, request))
            except OAuthError as error:
                answer = json_answer(error.status, error.to_json())
        return answer_of(fault, answer) if fault is not None else answer

    def _oauth_do(self, name: str, form: dict[str, str], request: Request) -> Resource:
        if name == "token":
            return self.authorization.token(form)
        token = form.get("token") or request.query().get("token", [""])[0]
        self._channels.close_all(self.authorization.revoke(token))
        return {}


def _oauth_fault(fault: Fault) -> Answer:
    if not fault.status or fault.page:
        return answer_of(fault)
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    return json_answer(fault.status, OAuthError(fault.reason, fault.message).to_json(), headers)
