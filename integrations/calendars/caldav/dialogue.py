"""What is said to one account's server: WebDAV's methods (RFC 4918), and what the answers hold."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote, urljoin, urlsplit

from integrations.calendars.caldav.troubles import ALWAYS, odd, trouble
from integrations.calendars.caldav.xml import BrokenXmlError, Element, parse
from integrations.http import Guard, Response, Session
from integrations.http.deadline import Deadline
from rituals.calendar_interfaces import CalendarError, Trouble

WHOLE_CALL = timedelta(seconds=60)
SAFE = "@:!$&'()*+,;=~"
FAMILIES = (".icloud.com",)
"""Providers that spread one account over several hosts; what opens one of these opens all of them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One resource as a multistatus tells of it."""

    path: str
    """As `path_of` writes it."""
    status: int
    found: Mapping[str, Element]
    """Its properties, those that it has."""

    def text(self, name: str) -> str:
        element = self.found.get(name)
        return element.text if element is not None else ""


@dataclass(frozen=True, slots=True)
class Multistatus:
    members: tuple[Member, ...]
    sync_token: str
    url: str
    """Where it came from in the end: addresses in it are meant from there."""


class Dialogue:
    """Used by one thread. Every call of a calendar begins it anew, and all of that call shares one deadline."""

    def __init__(self, guard: Guard, *, user: str, password: str, home: str) -> None:
        self._session = Session(guard)
        self._within = guard.within
        self._credentials = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        self.user = user
        self._home = home
        """No other server than this one, and its family, is shown the password."""
        self.begin()

    def begin(self) -> None:
        self._deadline = Deadline.after(WHOLE_CALL)

    def say(self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Response:
        """The answer, whatever its status but those that always mean trouble. Raises CalendarError."""
        if not belongs(url, self._home):
            raise odd("an address on another server")
        said = {"Authorization": f"Basic {self._credentials}", **(headers or {})}
        response = self._session.request(method, url, headers=said, body=body, within=self._left())
        if not belongs(response.url, self._home):
            raise odd("redirected to another server, which is not shown the password")
        if response.status == 401 and urlsplit(response.url).netloc != urlsplit(url).netloc:
            # Redirected within the family: only we know that it is one, and may show the password there.
            response = self._session.request(method, response.url, headers=said, body=body, within=self._left())
        if response.status in ALWAYS:
            raise trouble(response, method)
        return response

    def ask(self, method: str, url: str, *, body: bytes, depth: str = "0") -> Multistatus:
        """The multistatus; raises CalendarError for everything else."""
        response = self.say(method, url, body=body, headers=xml_headers(depth))
        if response.status != 207:
            raise trouble(response, method)
        answer = multistatus(response)
        if any(one.status in {404, 410} and one.path == path_of(url, url) for one in answer.members):
            # Some servers say so in a multistatus.
            raise CalendarError(f"{method}: nothing is there", Trouble.GONE)
        return answer

    def close(self) -> None:
        self._session.close()

    def _left(self) -> timedelta:
        try:
            return min(timedelta(seconds=self._deadline.left()), self._within)
        except TimeoutError as error:
            raise CalendarError("no answer in time", Trouble.UNREACHABLE) from error


def xml_headers(depth: str = "0") -> dict[str, str]:
    return {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}


def multistatus(response: Response) -> Multistatus:
    """Raises CalendarError where it is none."""
    try:
        root = parse(response.body)
    except BrokenXmlError as error:
        raise odd("an answer that is no XML") from error
    if root.name != "d:multistatus":
        raise odd("an answer that is no multistatus")
    token = root.child("d:sync-token")
    return Multistatus(
        tuple(_member(one, response.url) for one in root.every("d:response")), token.text if token else "", response.url
    )


def path_of(href: str, base: str) -> str:
    """The path of an address, escaped in the one way that we compare; servers escape as they please."""
    try:
        path = urlsplit(urljoin(base, href.strip())).path
    except ValueError as error:
        raise odd("an address that cannot be read") from error
    return "/".join(quote(unquote(segment), safe=SAFE) for segment in path.split("/"))


def address_of(href: str, base: str) -> str:
    """Absolute; on the host that `href` names, the one of `base` where it names none."""
    try:
        parts = urlsplit(urljoin(base, href.strip()))
    except ValueError as error:
        raise odd("an address that cannot be read") from error
    return f"{parts.scheme}://{parts.netloc}{path_of(href, base)}"


def belongs(url: str, home: str) -> bool:
    """Whether both are served by the same server, or by one family of servers, at the same protection."""
    there, here = urlsplit(url), urlsplit(home)
    if there.scheme != here.scheme:
        return False
    family = any((there.hostname or "").endswith(name) and (here.hostname or "").endswith(name) for name in FAMILIES)
    return family or (there.hostname, _port(url)) == (here.hostname, _port(home))


def _port(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None


def _member(response: Element, base: str) -> Member:
    href, status = response.child("d:href"), response.child("d:status")
    found: dict[str, Element] = {}
    refused = 200
    for propstat in response.every("d:propstat"):
        code = _code(propstat.child("d:status"))
        properties = propstat.child("d:prop")
        if code == 200 and properties is not None:
            found |= {one.name: one for one in properties.children}
        elif code != 200:
            refused = code
    code = _code(status) if status is not None else 200 if found else refused
    return Member(path_of(href.text if href is not None else "", base), code, found)


def _code(status: Element | None) -> int:
    """Of 'HTTP/1.1 404 Not Found'."""
    words = status.text.split() if status is not None else []
    if len(words) < 2 or not words[1].isdecimal():
        return 200
    if len(words[1]) > 3:
        raise odd("a status that cannot be read")
    return int(words[1])
