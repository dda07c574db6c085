"""Real servers, started once for all tests, and an empty calendar on each for every test."""

from collections.abc import Iterator

import pytest

from integrations.calendars.caldav.provider import CaldavProvider
from integrations.http import Guard
from rituals.calendar_interfaces import Access
from tests.integrations.calendars.caldav.shared import PASSWORD, Server, Shared, numbers, path
from tests.simulators.caldav_phone import CaldavPhone
from tests.simulators.caldav_servers import radicale, xandikos
from tests.simulators.modest_caldav_server import modest

MKCALENDAR = (
    '<c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop>'
    "<displayname>{name}</displayname></prop></set></c:mkcalendar>"
)


@pytest.fixture(scope="session")
def radicale_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with radicale(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.fixture(scope="session")
def xandikos_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with xandikos(tmp_path_factory.mktemp("xandikos")) as url:
        yield url


@pytest.fixture(scope="session")
def modest_url(radicale_url: str) -> Iterator[str]:
    with modest(radicale_url) as url:
        yield url


@pytest.fixture(params=["radicale", "xandikos", "modest"])
def server(request: pytest.FixtureRequest) -> Server:
    return Server(request.param, request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def shared(server: Server) -> Iterator[Shared]:
    user = server.new_user()
    phone = CaldavPhone(f"{server.home(user)}ours{next(numbers)}/", f"{server.home(user)}personal/", user)
    for address, name in ((phone.calendar, "Ours"), (phone.personal, "Personal")):
        status, _, body = phone.send("MKCALENDAR", path(address), MKCALENDAR.format(name=name).encode())
        assert status == 201, body
    provider = CaldavProvider(Guard(allow_private=True))
    yield Shared(server, user, provider, Access({"user": user, "password": PASSWORD}, phone.calendar), phone)
    for address in (phone.calendar, phone.personal):
        phone.send("DELETE", path(address))
