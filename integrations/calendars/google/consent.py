"""Asking somebody at Google for access, taking their answer, and giving it back (RFC 6749, 7636, 7009)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self
from urllib.parse import urlencode

from integrations.calendars.google.account import RENEWAL, TOKEN
from integrations.calendars.google.answer import Answer
from integrations.calendars.google.errors import AnsweredError, answered
from integrations.http import Guard, Session
from rituals.calendar_interfaces import CalendarError, Consent, Trouble

SCOPES = "https://www.googleapis.com/auth/"
OWN_CALENDARS = f"{SCOPES}calendar.app.created"
"""Calendars that we make ourselves, and nothing in any other."""
FREE_BUSY = f"{SCOPES}calendar.freebusy"
"""When somebody is taken, never with what."""
GOOGLE = "https://accounts.google.com"


@dataclass(frozen=True, slots=True)
class OAuthAddresses:
    """Where consent is asked for, and where tokens are given, renewed and given back."""

    consent: str
    token: str
    revoke: str

    @classmethod
    def of(cls, root: str) -> Self:
        """Google itself has two hosts for them; whatever stands in for it has one."""
        tokens = "https://oauth2.googleapis.com" if root == GOOGLE else root
        return cls(f"{root}/o/oauth2/v2/auth", f"{tokens}/token", f"{tokens}/revoke")


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Who we are to Google."""

    id: str
    secret: str = field(repr=False)
    addresses: OAuthAddresses
    guard: Guard

    def consent_url(self, *, state: str, verifier: str, return_to: str) -> str:
        """`prompt` and `access_type` make sure that a token comes back which can be renewed."""
        asked = {
            "client_id": self.id,
            "redirect_uri": return_to,
            "response_type": "code",
            "scope": f"{OWN_CALENDARS} {FREE_BUSY}",
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
        }
        return f"{self.addresses.consent}?{urlencode(asked)}"

    def redeem(self, *, code: str, verifier: str, return_to: str) -> Consent:
        """Raises CalendarError; RECONNECT where the code is used, too old, or somebody else's."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "client_id": self.id,
            "client_secret": self.secret,
            "redirect_uri": return_to,
        }
        answer = _read(self._post(self.addresses.token, form))
        secrets = {name: answer.text(name) for name in (TOKEN, RENEWAL)}
        if not all(secrets.values()):
            raise CalendarError("Google: consent without a token that lasts", Trouble.ODD)
        # Where nothing is said, all that was asked for is granted (RFC 6749, section 5.1).
        granted = answer.text("scope").split() if "scope" in answer.fields else [OWN_CALENDARS, FREE_BUSY]
        return Consent(secrets, may_write=OWN_CALENDARS in granted, may_see_busy=FREE_BUSY in granted)

    def revoke(self, secrets: Mapping[str, str]) -> None:
        """Give back all that was granted; what is no token any more is given back already."""
        token = secrets.get(RENEWAL) or secrets.get(TOKEN)
        try:
            if token:
                self._post(self.addresses.revoke, {"token": token})
        except AnsweredError as error:
            if error.status != 400:
                raise

    def _post(self, address: str, form: Mapping[str, str]) -> bytes:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        with Session(self.guard) as session:
            response = session.request("POST", address, headers=headers, body=urlencode(form).encode())
        if response.status != 200:
            raise answered(response.status, response.headers, response.body)
        return response.body


def _read(content: bytes) -> Answer:
    try:
        return Answer.of(json.loads(content))
    except (ValueError, RecursionError):
        raise CalendarError("Google: an answer that cannot be read", Trouble.ODD) from None


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode("ascii").rstrip("=")
