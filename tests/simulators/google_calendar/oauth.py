"""Who allowed which client what (OAuth 2, RFC 6749; PKCE, RFC 7636; revoking, RFC 7009)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from tests.simulators.google_calendar.resource import Resource

CLIENT_ID, CLIENT_SECRET = "side-by-side.apps.googleusercontent.example", "GOCSPX-not-a-secret"
CODE_LIFE, ACCESS_LIFE = timedelta(minutes=10), timedelta(seconds=3599)


class OAuthError(Exception):
    """As the token endpoint says it (RFC 6749, section 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    def to_json(self) -> Resource:
        return {"error": self.error, "error_description": self.description}


@dataclass(slots=True)
class Grant:
    """What one person allowed one client on one occasion."""

    address: str
    client: str
    scopes: frozenset[str]
    refresh_token: str
    access: dict[str, datetime] = field(default_factory=dict)
    """When each access token runs out."""


@dataclass(frozen=True, slots=True)
class Code:
    """What the browser carries back: good once, for ten minutes."""

    grant: Grant
    return_to: str
    challenge: str
    gives_refresh_token: bool
    expires_at: datetime


@dataclass(slots=True)
class Authorization:
    """The OAuth server's books."""

    now: Callable[[], datetime]
    clients: dict[str, str] = field(default_factory=lambda: {CLIENT_ID: CLIENT_SECRET})
    grants: list[Grant] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)

    def code(
        self, address: str, scopes: frozenset[str], *, client: str, return_to: str, challenge: str, asks: Resource
    ) -> str:
        """A refresh token comes at the first consent, and again only where `prompt=consent` asked for it."""
        is_first = all((one.address, one.client) != (address, client) for one in self.grants)
        offline = asks.get("access_type") == "offline" and (is_first or "consent" in str(asks.get("prompt")))
        code = f"4/{uuid4().hex}"
        grant = Grant(address, client, scopes, f"1//{uuid4().hex}")
        self.codes[code] = Code(grant, return_to, challenge, offline, self.now() + CODE_LIFE)
        return code

    def grant(self, address: str, scopes: frozenset[str], client: str = CLIENT_ID) -> Grant:
        """Without any page: as if the person had allowed it before."""
        grant = Grant(address, client, scopes, f"1//{uuid4().hex}")
        self.grants.append(grant)
        return grant

    def token(self, form: Mapping[str, str]) -> Resource:
        """The token endpoint. Raises OAuthError."""
        client = form.get("client_id", "")
        if client not in self.clients or form.get("client_secret") != self.clients[client]:
            raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
        match form.get("grant_type"):
            case "authorization_code":
                return self._redeem(form, client)
            case "refresh_token":
                return self._refresh(form, client)
        raise OAuthError("unsupported_grant_type", "Invalid grant_type.")

    def revoke(self, token: str) -> str:
        """Either token: everything this person allowed this client ends; whose it was. Raises OAuthError."""
        for grant in self.grants:
            if token == grant.refresh_token or token in grant.access:
                self.withdraw(grant.address, grant.client)
                return grant.address
        raise OAuthError("invalid_token", "Token expired or revoked")

    def withdraw(self, address: str, client: str | None = None) -> None:
        """As the person does it on their account's page."""
        self.grants = [one for one in self.grants if one.address != address or client not in {None, one.client}]

    def bearer(self, token: str) -> Grant | None:
        for grant in self.grants:
            if token in grant.access:
                return grant if self.now() < grant.access[token] else None
        return None

    def access(self, grant: Grant) -> Resource:
        token = f"ya29.{uuid4().hex}"
        grant.access[token] = self.now() + ACCESS_LIFE
        return {
            "access_token": token,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }

    def _redeem(self, form: Mapping[str, str], client: str) -> Resource:
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or code.grant.client != client or self.now() >= code.expires_at:
            raise OAuthError("invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != code.return_to:
            raise OAuthError("redirect_uri_mismatch", "Bad Request")
        if code.challenge and challenge_of(form.get("code_verifier", "")) != code.challenge:
            raise OAuthError("invalid_grant", "Invalid code verifier.")
        self.grants.append(code.grant)
        refresh: Resource = {"refresh_token": code.grant.refresh_token} if code.gives_refresh_token else {}
        return {**self.access(code.grant), **refresh}

    def _refresh(self, form: Mapping[str, str], client: str) -> Resource:
        for grant in self.grants:
            if grant.refresh_token == form.get("refresh_token") and grant.client == client:
                return self.access(grant)
        raise OAuthError("invalid_grant", "Token has been expired or revoked.")


def challenge_of(verifier: str) -> str:
    """Of the method S256 (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
