"""Real servers, started once for all tests, and an empty calendar on each for every test."""

from collections.abc import Iterator

import pytest

from integrations.calendars.caldav.provider import CaldavProvider
from integrations.http import Guard
from rituals.calendar_interfaces import Access
from tests.integrations.calendars.caldav.shared import PASSWORD, Server, Shared, numbers
from tests.simulators.caldav_phone import CaldavPhone
from tests.simulators.caldav_servers import radicale, xandikos
from tests.simulators.modest_caldav_server import modest


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
    phone = CaldavPhone(f"{server.home(user)}ours{next(numbers)}/", user)
    phone.make_calendar(phone.calendar, "Ours")
    provider = CaldavProvider(Guard(allow_private=True))
    yield Shared(server, user, provider, Access({"user": user, "password": PASSWORD}, phone.calendar), phone)
    if server.has_one_user:
        phone.clear()
