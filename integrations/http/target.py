"""An address of the web that may be asked, taken apart."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from rituals.calendar_interfaces import CalendarError, Trouble

DEFAULT_PORTS = {"http": 80, "https": 443}
PORTS = frozenset({80, 443, 5232, 8008, 8080, 8443, 8800, 8843})
"""Where calendars are served: the web's own, Radicale, Apple's and Synology's. No mail, database or shell."""
LONGEST = 8000
SAFE = "/:;=@!$&'()*+,~%?"
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?|[0-9a-f:.]{2,45}")
ODD_CHARACTERS = re.compile(r"[\x00-\x20\x7f\\<>\"]")


@dataclass(frozen=True, slots=True)
class Target:
    """Scheme, host and port are what decides who is spoken to; `path` goes as it stands, with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str, *, allow_private: bool) -> "Target":
        """Raises CalendarError, UNSAFE, for everything that is no plain web address on a fitting port."""
        if len(url) > LONGEST or ODD_CHARACTERS.search(url):
            raise _refused("holds odd characters")
        try:
            parts = urlsplit(url)
            host, port = _ascii(parts.hostname or ""), parts.port
        except ValueError as error:
            raise _refused("cannot be read") from error
        if parts.scheme not in DEFAULT_PORTS:
            raise _refused("is neither http nor https")
        if "@" in parts.netloc:
            raise _refused("carries a user name or a password")
        port = DEFAULT_PORTS[parts.scheme] if port is None else port
        if port not in PORTS and not (allow_private and port):
            raise _refused("names a port where no calendar is served")
        path = quote(parts.path or "/", safe=SAFE)
        query = quote(parts.query, safe=SAFE)
        return cls(parts.scheme, host, port, f"{path}?{query}" if query else path)

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        path, _, query = self.path.partition("?")
        return urlunsplit((self.scheme, self.authority, path, query, ""))

    def towards(self, location: str) -> str:
        """The address that a redirect from here names."""
        try:
            return urljoin(self.url, location.strip())
        except ValueError as error:
            raise _refused("cannot be read") from error


def _ascii(host: str) -> str:
    plain = host.rstrip(".").encode("idna").decode("ascii").lower()
    if HOST.fullmatch(plain) is None:
        raise ValueError("no host")
    return plain


def _refused(reason: str) -> CalendarError:
    return CalendarError(f"the address {reason}", Trouble.UNSAFE)
