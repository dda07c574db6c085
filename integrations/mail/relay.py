"""A relay: the mail server that takes our messages, as its URL names it."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

FAILED_FOR = 30.0
"""Seconds for which a relay that could not be opened is asked last."""

MOST_CONNECTIONS = 50


class Scheme(StrEnum):
    """How the connection is protected."""

    CLEAR = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


DEFAULT_PORTS = {Scheme.CLEAR: 25, Scheme.STARTTLS: 587, Scheme.TLS: 465}


@dataclass(frozen=True, slots=True)
class Relay:
    """Where to connect, how, and as whom."""

    scheme: Scheme
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int = 4
    verified: bool = True
    """Whether its certificate must be trusted; only a relay on this very machine is let off."""

    @classmethod
    def parse(cls, url: str) -> "Relay":
        """Read `smtps://user:password@host:465?connections=4`; ValueError says what is wrong, never the password."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            # Whatever urlsplit complains about, it quotes, and the password stands in there.
            raise ValueError(
                "The mail URL cannot be read. Percent-encode special characters in the password."
            ) from None
        scheme = _scheme(parts)
        user, password = _credentials(parts)
        host = _host(parts)
        return cls(
            scheme=scheme,
            host=host,
            port=DEFAULT_PORTS[scheme] if port is None else _port(port),
            user=user,
            password=password,
            connections=_connections(parts),
            verified=not _is_loopback(host),
        )

    @property
    def name(self) -> str:
        """The relay as the operator knows it."""
        return f"{self.host}:{self.port}"

    @property
    def exposes_password(self) -> bool:
        """Whether the password would cross a network readably."""
        return bool(self.user) and self.scheme is Scheme.CLEAR and not _is_loopback(self.host)


class RelayOrder:
    """In which order to try the relays: one that failed a moment ago comes last. Shared by all connections."""

    def __init__(self, relays: Sequence[Relay], elapsed: Callable[[], float]) -> None:
        self._relays = tuple(relays)
        self._elapsed = elapsed
        self._failed: dict[Relay, float] = {}

    def now(self) -> list[Relay]:
        """All of them, the promising ones first."""
        return sorted(self._relays, key=self._failed_lately)

    def failed(self, relay: Relay) -> None:
        self._failed[relay] = self._elapsed()

    def answered(self, relay: Relay) -> None:
        self._failed.pop(relay, None)

    def _failed_lately(self, relay: Relay) -> bool:
        failed = self._failed.get(relay)
        return failed is not None and self._elapsed() - failed < FAILED_FOR


def _scheme(parts: SplitResult) -> Scheme:
    try:
        scheme = Scheme(parts.scheme)
    except ValueError:
        raise ValueError("The mail URL must begin with smtp://, smtp+starttls:// or smtps://.") from None
    if parts.path not in ("", "/") or parts.fragment:
        raise ValueError("The mail URL ends after host and port. Percent-encode special characters in the password.")
    return scheme


def _credentials(parts: SplitResult) -> tuple[str, str]:
    try:
        user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
    except UnicodeDecodeError:
        raise ValueError("The user and the password in the mail URL must be percent-encoded UTF-8.") from None
    if bool(user) != bool(password):
        raise ValueError("The mail URL needs both a user and a password, or neither.")
    if "\0" in user + password:
        raise ValueError("The user and the password in the mail URL must not hold a NUL.")
    return user, password


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        host.encode("idna")
    except UnicodeError:
        host = ""
    if not host or any(char.isspace() for char in host):
        raise ValueError("The mail URL needs the name of a host.")
    return host


def _port(port: int) -> int:
    if port == 0:
        raise ValueError("The port in the mail URL must lie between 1 and 65535.")
    return port


def _connections(parts: SplitResult) -> int:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    wanted = options.pop("connections", "4")
    if options:
        raise ValueError("The mail URL knows one option only: connections.")
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:4]) <= MOST_CONNECTIONS):
        raise ValueError(f"connections in the mail URL must be a number from 1 to {MOST_CONNECTIONS}.")
    return int(wanted)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
