"""A relay: the mail server that takes our messages, as its URL names it."""

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

CONNECTIONS = 4
MOST_CONNECTIONS = 50
NUMBER = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?", re.ASCII)


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
    connections: int = CONNECTIONS
    """Open at once, at most."""
    rate: float | None = None
    """Mails a second, at most."""
    pipelining: bool = True
    """Whether several commands may be said at once where it offers to take them."""
    verified: bool = True
    """Whether its certificate must be trusted; only a relay on this very machine is let off."""

    @classmethod
    def parse(cls, url: str) -> "Relay":
        """Read `smtps://user:password@host:465?connections=4&rate=50`.

        ValueError says what is wrong, never the password.
        """
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
        options = _options(parts)
        return cls(
            scheme=scheme,
            host=host,
            port=DEFAULT_PORTS[scheme] if port is None else _port(port),
            user=user,
            password=password,
            connections=_connections(options.get("connections", str(CONNECTIONS))),
            rate=_rate(options["rate"]) if "rate" in options else None,
            pipelining=_switch("pipelining", options.get("pipelining", "on")),
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


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if options.keys() - {"connections", "rate", "pipelining"}:
        raise ValueError("The mail URL knows three options only: connections, rate and pipelining.")
    return options


def _connections(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST_CONNECTIONS):
        raise ValueError(f"connections in the mail URL must be a number from 1 to {MOST_CONNECTIONS}.")
    return int(text)


def _rate(text: str) -> float:
    rate = float(text) if NUMBER.fullmatch(text) else 0.0
    if rate <= 0:
        raise ValueError("rate in the mail URL must be a number of mails a second, as in rate=50 or rate=0.5.")
    return rate


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError(f"{name} in the mail URL must be on or off.")
    return text == "on"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
