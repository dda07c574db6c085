"""From what people type to their calendars, and to nobody else's server."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from integrations.calendars.caldav.known_servers import candidates
from integrations.calendars.caldav.provider import CaldavProvider
from integrations.http import Guard
from rituals.calendar_interfaces import CalendarError, Found, Trouble
from tests.simulators.certificate import write_certificate
from tests.simulators.internet import Internet
from tests.simulators.web_server import Asked, Pieces, WebServer, answer

RESPONSE = (
    "<d:response><d:href>{path}</d:href><d:propstat><d:prop>{found}</d:prop>"
    "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
)
CALENDAR = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>"
EVENTS = '<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>'
TASKS = EVENTS.replace("VEVENT", "VTODO")
READ_ONLY = "<d:current-user-privilege-set><d:privilege><d:read/></d:privilege></d:current-user-privilege-set>"
WRITABLE = READ_ONLY.replace("<d:read/>", "<d:write-content/>")


def multistatus(*members: tuple[str, str]) -> bytes:
    inner = "".join(RESPONSE.format(path=path, found=found) for path, found in members)
    body = f'<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{inner}</d:multistatus>'
    return answer(body.encode(), "207 Multi-Status")


def account(base: str = "", home: str = "/dav/home/") -> dict[str, bytes]:
    """A server with one user, by path; `base` stands before the paths that it names."""
    principal = f"<d:current-user-principal><d:href>{base}/dav/me/</d:href></d:current-user-principal>"
    homes = f"<c:calendar-home-set><d:href>{home}</d:href></c:calendar-home-set>"
    return {
        "/dav/": multistatus(("/dav/", principal)),
        "/dav/me/": multistatus(("/dav/me/", homes)),
        "/dav/home/": multistatus(
            ("/dav/home/", "<d:resourcetype><d:collection/></d:resourcetype>"),
            ("/dav/home/one/", f"<d:displayname>Us &amp; ours</d:displayname>{CALENDAR}{EVENTS}{WRITABLE}"),
            ("/dav/home/two", f"{CALENDAR}"),
            ("/dav/home/tasks/", f"{CALENDAR}{TASKS}"),
            ("/dav/home/holidays/", f"{CALENDAR}{EVENTS}{READ_ONLY}"),
            ("/dav/home/inbox/", "<d:resourcetype><d:collection/><c:schedule-inbox/></d:resourcetype>"),
        ),
    }


@dataclass
class World:
    """Servers by name, all by https, and what each was asked."""

    folder: Path
    stack: ExitStack
    servers: dict[str, WebServer] = field(default_factory=dict)
    internet: Internet = field(default_factory=lambda: Internet({}))

    def __post_init__(self) -> None:
        self.trust = ssl.create_default_context()

    def serve(self, host: str, pages: dict[str, bytes], *, open_to_all: bool = False) -> None:
        certificate = write_certificate(self.folder / f"{host}.pem", name=host)
        self.trust.load_verify_locations(str(certificate))

        def reply(asked: Asked) -> Pieces:
            if "authorization" not in asked.headers and asked.path in pages and not open_to_all:
                return [answer(b"", "401 Unauthorized")]
            return [pages.get(asked.path, answer(b"<html>Welcome</html>", "404 Not Found"))]

        server = self.stack.enter_context(WebServer(reply, certificate))
        address = f"8.8.4.{len(self.servers) + 1}"
        self.servers[host] = server
        self.internet.names[host] = [address]
        self.internet.servers[address] = server.port

    def find(self, place: str) -> Sequence[Found]:
        provider = CaldavProvider(Guard(network=self.internet, trust=self.trust))
        return provider.find(place=place, user="anna@example.org", password="secret")

    def trouble(self, place: str) -> Trouble:
        with pytest.raises(CalendarError) as caught:
            self.find(place)
        assert "example" not in str(caught.value)
        return caught.value.trouble

    def shown_password(self) -> set[str]:
        return {
            host for host, server in self.servers.items() if any("authorization" in one.headers for one in server.asked)
        }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def redirect(to: str) -> bytes:
    return answer(b"", "301 Moved Permanently", Location=to)


def test_an_e_mail_domain_is_enough_where_it_says_where_its_calendars_are(world: World) -> None:
    world.serve("example.org", {"/.well-known/caldav": redirect("https://dav.example.net/dav/")}, open_to_all=True)
    world.serve("dav.example.net", account())
    assert list(world.find("anna@example.org")) == [
        Found("Us & ours", "https://dav.example.net/dav/home/one/"),
        Found("two", "https://dav.example.net/dav/home/two/"),
    ]
    assert world.shown_password() == {"dav.example.net"}


@pytest.mark.parametrize("place", ["example.org", "https://example.org/", "http://example.org", "EXAMPLE.org"])
def test_a_server_is_enough(world: World, place: str) -> None:
    world.serve("example.org", {"/.well-known/caldav": redirect("/dav/"), **account()})
    assert [one.name for one in world.find(place)] == ["Us & ours", "two"]


def test_a_server_that_says_nothing_is_tried_at_its_root(world: World) -> None:
    world.serve("example.org", {**account(), "/": account()["/dav/"]})
    assert [one.name for one in world.find("example.org")] == ["Us & ours", "two"]


def test_a_nextcloud_without_well_known_address_is_found(world: World) -> None:
    world.serve("example.org", {**account(), "/remote.php/dav/": account()["/dav/"]})
    assert [one.name for one in world.find("example.org")] == ["Us & ours", "two"]


@pytest.mark.parametrize("place", ["https://example.org/dav/", "example.org/dav/", "https://example.org/dav/home/"])
def test_an_address_on_the_server_is_tried_first(world: World, place: str) -> None:
    pages = account()
    world.serve("example.org", pages)

    def reply(asked: Asked) -> Pieces:
        about_itself = asked.headers["depth"] == "0" and asked.path == "/dav/home/"
        principal = "<d:current-user-principal><d:href>/dav/me/</d:href></d:current-user-principal>"
        return [multistatus(("/dav/home/", principal)) if about_itself else pages[asked.path]]

    world.servers["example.org"].reply = reply
    assert [one.name for one in world.find(place)] == ["Us & ours", "two"]


def test_hosts_of_one_family_open_one_another(world: World) -> None:
    """iCloud keeps each account on a numbered host."""
    world.serve(
        "caldav.icloud.com", {**account(home="https://p42-caldav.icloud.com:443/dav/home/"), "/": account()["/dav/"]}
    )
    world.serve("p42-caldav.icloud.com", account())
    assert world.find("anna@icloud.com")[0].address == "https://p42-caldav.icloud.com/dav/home/one/"


def test_a_redirect_within_a_family_is_followed_with_the_password(world: World) -> None:
    world.serve("caldav.icloud.com", {"/": redirect("https://p42-caldav.icloud.com/dav/")})
    world.serve("p42-caldav.icloud.com", account())
    assert [one.name for one in world.find("icloud.com")] == ["Us & ours", "two"]


@pytest.mark.parametrize("home", ["https://evil.example.net/dav/home/", "http://example.org/dav/home/", "//[/"])
def test_a_home_on_another_server_is_not_gone_to(world: World, home: str) -> None:
    world.serve("example.org", {"/.well-known/caldav": redirect("/dav/"), **account(home=home)})
    world.serve("evil.example.net", account(), open_to_all=True)
    assert world.trouble("example.org") is Trouble.ODD
    assert world.servers["evil.example.net"].asked == []


def test_a_redirect_elsewhere_than_from_the_well_known_address_is_not_followed_with_the_password(world: World) -> None:
    world.serve("example.org", {"/dav/": redirect("https://evil.example.net/dav/")})
    world.serve("evil.example.net", account(), open_to_all=True)
    assert world.trouble("https://example.org/dav/") is Trouble.ODD
    assert world.shown_password() <= {"example.org"}


def test_a_wrong_password_is_tried_once(world: World) -> None:
    world.serve("example.org", {"/.well-known/caldav": redirect("/dav/")}, open_to_all=True)
    world.servers["example.org"].reply = lambda asked: [
        redirect("/dav/") if asked.path.startswith("/.well-known") else answer(b"", "401 Unauthorized")
    ]
    assert world.trouble("example.org") is Trouble.RECONNECT
    assert len([one for one in world.servers["example.org"].asked if "authorization" in one.headers]) == 1


def test_a_server_without_calendars_is_odd(world: World) -> None:
    world.serve("example.org", {})
    assert world.trouble("example.org") is Trouble.ODD


def test_a_busy_server_is_not_taken_for_one_without_calendars(world: World) -> None:
    world.serve("example.org", {"/.well-known/caldav": redirect("/dav/"), "/dav/": answer(b"", "503 Unavailable")})
    assert world.trouble("example.org") is Trouble.BUSY


@pytest.mark.parametrize(
    ("place", "trouble"),
    [
        ("nowhere.example.org", Trouble.UNREACHABLE),
        ("https://127.0.0.1/", Trouble.UNSAFE),
        ("inside.example.org", Trouble.UNSAFE),
        ("https://anna:secret@example.org/", Trouble.UNSAFE),
        ("https://example.org:22/", Trouble.UNSAFE),
        ("", Trouble.UNSAFE),
        ("not a server", Trouble.UNSAFE),
        ("file:///etc/passwd", Trouble.UNSAFE),
    ],
)
def test_what_is_no_server_outside_is_not_asked(world: World, place: str, trouble: Trouble) -> None:
    world.serve("example.org", account())
    world.internet.names |= {"inside.example.org": ["10.0.0.1"], "127.0.0.1": ["127.0.0.1"]}
    assert world.trouble(place) is trouble
    assert world.shown_password() == set()


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("icloud.com", "https://caldav.icloud.com/"),
        ("anna@me.com", "https://caldav.icloud.com/"),
        ("fastmail.com", "https://caldav.fastmail.com/dav/"),
        ("anna@mailbox.org", "https://dav.mailbox.org/caldav/"),
        ("GMX.net", "https://caldav.gmx.net/begenda/dav/anna@gmx.net/"),
        ("web.de", "https://caldav.web.de/begenda/dav/anna@gmx.net/"),
        ("cloud.example.org/nextcloud", "https://cloud.example.org/nextcloud"),
        ("https://mailbox.org/elsewhere/", "https://mailbox.org/elsewhere/"),
        ("caldavs://example.org/dav/", "https://example.org/dav/"),
        ("example.org", "https://example.org/.well-known/caldav"),
    ],
)
def test_where_to_look_first(place: str, first: str) -> None:
    assert next(candidates(place, "anna@gmx.net")).url == first


def test_a_server_that_makes_no_calendars_says_so(world: World) -> None:
    world.serve("example.org", {"/.well-known/caldav": redirect("/dav/"), **account()})
    pages = account()

    def reply(asked: Asked) -> Pieces:
        if asked.method == "MKCALENDAR":
            return [answer(b"", "403 Forbidden")]
        return [redirect("/dav/") if "well-known" in asked.path else pages[asked.path]]

    world.servers["example.org"].reply = reply
    provider = CaldavProvider(Guard(network=world.internet, trust=world.trust))
    with pytest.raises(CalendarError) as caught:
        provider.make(place="example.org", user="anna", password="secret", name="Side by Side", zone="Europe/Madrid")
    assert caught.value.trouble is Trouble.REFUSED
