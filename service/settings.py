"""The settings: everything that the environment says about this program, read and checked once at the start."""

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from rituals.address import parse_address
from rituals.refused import RefusedError
from service import secret_keys
from service.bounce_settings import read_bounce_secret, read_bounce_to
from service.variables import Network, SettingsError, Variables

__all__ = ["Environment", "Sender", "Settings", "SettingsError"]

SMTP_SCHEMES = ("smtp://", "smtp+starttls://", "smtps://")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_TOKEN = 32
LONGEST_WINDOW = 900
"""A prompt is never later than this after the start, so the setting can only shorten it."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom the mails come from."""

    name: str
    address: str

    def __str__(self) -> str:
        return email.utils.formataddr((self.name, self.address))


BUILT_IN_SENDER = Sender("Side by Side", "rituals@localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that the environment says; secrets stay out of the repr."""

    root: Path
    environment: Environment
    database_url: str = field(repr=False)
    base_url: str
    port: int
    secret_keys: tuple[str, ...] = field(repr=False)
    smtp_urls: tuple[str, ...] = field(repr=False)
    """Empty: mails go to the built-in mailbox."""
    mail_from: Sender
    bounce_to: str
    """Empty: what cannot be delivered comes back to where mails come from, and nobody reads it."""
    bounce_secret: str = field(repr=False)
    """Empty: nobody may tell of bounces over the web."""
    google_client_id: str
    """Empty: nobody can connect a Google calendar."""
    google_client_secret: str = field(repr=False)
    google_api_root: str
    google_oauth_root: str
    allow_private_hosts: bool
    trusted_proxies: tuple[Network, ...]
    metrics_token: str = field(repr=False)
    """Empty: only who sits at this machine may read the metrics."""
    worker_in_web: bool
    prompt_window: timedelta
    lease: timedelta

    @classmethod
    def read(cls, environ: Mapping[str, str], *, root: Path) -> "Settings":
        """Read and check everything; raises SettingsError with a sentence for the first thing that is wrong."""
        given = Variables(environ)
        environment = given.choice("ENVIRONMENT", Environment.DEVELOPMENT)
        production = environment is Environment.PRODUCTION
        port = given.whole("PORT", 8000, least=1, most=65535)
        database_url = read_database_url(given, root)
        google_client_id, google_client_secret = read_google_client(given)
        return cls(
            root=root,
            environment=environment,
            database_url=database_url,
            base_url=read_base_url(given, production=production, port=port),
            port=port,
            secret_keys=read_secret_keys(given, root, production=production),
            smtp_urls=read_smtp_urls(given, production=production),
            mail_from=read_sender(given, production=production),
            bounce_to=read_bounce_to(given),
            bounce_secret=read_bounce_secret(given),
            google_client_id=google_client_id,
            google_client_secret=google_client_secret,
            google_api_root=read_google_root(given, "GOOGLE_API_ROOT", "https://www.googleapis.com"),
            google_oauth_root=read_google_root(given, "GOOGLE_OAUTH_ROOT", "https://accounts.google.com"),
            allow_private_hosts=given.truth("ALLOW_PRIVATE_HOSTS", default=False),
            trusted_proxies=given.networks("TRUSTED_PROXIES"),
            metrics_token=read_metrics_token(given),
            worker_in_web=given.truth("WORKER_IN_WEB", default=database_url.startswith("sqlite")),
            prompt_window=timedelta(
                seconds=given.whole("PROMPT_WINDOW_SECONDS", LONGEST_WINDOW, least=1, most=LONGEST_WINDOW)
            ),
            lease=timedelta(seconds=given.whole("LEASE_SECONDS", 120, least=1, most=3600)),
        )

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def is_secure(self) -> bool:
        """Whether people reach the site over https."""
        return self.base_url.startswith("https://")

    @property
    def simulates_google(self) -> bool:
        """Whether what stands in for Google runs on this machine, and so can reach us wherever we are."""
        return self.google_api_root.startswith("http://")

    @property
    def has_mailbox(self) -> bool:
        """Whether mails stay here, in the built-in mailbox."""
        return not self.smtp_urls

    @property
    def var(self) -> Path:
        """Where the program keeps its own files."""
        return self.root / "var"


def read_database_url(given: Variables, root: Path) -> str:
    text = given.text("DATABASE_URL", "sqlite:///var/rituals.sqlite3")
    scheme, separator, rest = text.partition("://")
    if scheme in ("postgres", "postgresql"):
        text = f"postgresql+psycopg{separator}{rest}"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "DATABASE_URL cannot be read. Write postgresql://user:password@host/name or sqlite:///path; "
            "special characters in the password are percent-encoded."
        ) from None
    if url.drivername == "postgresql+psycopg":
        return text
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise SettingsError("DATABASE_URL must begin with postgresql:// or sqlite:///.")
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise SettingsError("DATABASE_URL names no file. Write sqlite:/// and a path.")
    return url.set(database=str(root.absolute() / url.database)).render_as_string(hide_password=False)


def read_base_url(given: Variables, *, production: bool, port: int) -> str:
    if production and not given.text("BASE_URL"):
        raise SettingsError(
            "BASE_URL is not set. Every link in a mail begins with it: write https:// and the name of your host."
        )
    return given.origin("BASE_URL", f"http://localhost:{port}")


def read_secret_keys(given: Variables, root: Path, *, production: bool) -> tuple[str, ...]:
    keys = given.several("SECRET_KEYS")
    if keys or production:
        return secret_keys.check(keys, source="SECRET_KEYS")
    return secret_keys.kept(root / "var" / "secret_keys")


def read_smtp_urls(given: Variables, *, production: bool) -> tuple[str, ...]:
    urls = given.several("SMTP_URL")
    if production and not urls:
        raise SettingsError(
            "SMTP_URL is not set, so no mail could leave. Write smtps://user:password@host:465 "
            "or smtp+starttls://user:password@host:587."
        )
    for number, url in enumerate(urls, start=1):
        if not url.startswith(SMTP_SCHEMES):
            raise SettingsError(
                f"SMTP_URL: address {number} does not begin with {', '.join(SMTP_SCHEMES)}. "
                "Several have commas between; a comma in a password is written %2C."
            )
    return urls


def read_sender(given: Variables, *, production: bool) -> Sender:
    text = given.text("MAIL_FROM")
    if not text:
        if production:
            raise SettingsError("MAIL_FROM is not set. Write 'Side by Side <rituals@your-domain>'.")
        return BUILT_IN_SENDER
    pairs = email.utils.getaddresses([text])
    name, address = pairs[0] if len(pairs) == 1 else ("", "")
    if address == BUILT_IN_SENDER.address and not production:
        return Sender(name, address)
    try:
        return Sender(name, parse_address(address))
    except RefusedError:
        raise SettingsError(
            "MAIL_FROM is not one address that mail can come from. Write 'Side by Side <rituals@your-domain>'."
        ) from None


def read_metrics_token(given: Variables) -> str:
    token = given.text("METRICS_TOKEN")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii()):
        raise SettingsError(
            f"METRICS_TOKEN needs {SHORTEST_TOKEN} plain characters at least. "
            "This makes one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return token


def read_google_client(given: Variables) -> tuple[str, str]:
    """Its id and its secret: both, or neither."""
    names = ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET")
    values = [given.text(name) for name in names]
    for name, value, other in zip(names, values, reversed(names), strict=True):
        if not value and any(values):
            raise SettingsError(
                f"{name} is not set, but {other} is. Google gives both together: write both, or neither to do without "
                "Google calendars."
            )
    client_id, secret = values
    return client_id, secret


def read_google_root(given: Variables, name: str, default: str) -> str:
    """In clear only to this very machine, where something stands in for Google."""
    root = given.origin(name, default)
    if not root.startswith("https://") and urlsplit(root).hostname not in LOOPBACK:
        raise SettingsError(
            f"{name} does not begin with https://. Tokens travel there: only a stand-in for Google on this very "
            "machine (http://localhost, http://127.0.0.1) may be spoken to in clear."
        )
    return root
