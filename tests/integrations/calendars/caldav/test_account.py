"""Connecting and disconnecting, on real servers."""

import pytest

from integrations.calendars.caldav.provider import CaldavProvider
from integrations.http import Guard
from rituals.calendar_interfaces import Access, Found
from tests.contracts.calendar import SUNDAYS, only
from tests.integrations.calendars.caldav.shared import PASSWORD, Server, Shared, path
from tests.integrations.calendars.caldav.test_phone_edits import meeting


@pytest.fixture(params=["radicale", "xandikos"])
def server(request: pytest.FixtureRequest) -> Server:
    return Server(request.param, request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def provider() -> CaldavProvider:
    return CaldavProvider(Guard(allow_private=True))


def make(shared: Shared, name: str = "Side by Side", zone: str = "Europe/Madrid") -> Access:
    return shared.provider.make(place=shared.server.url, user=shared.user, password=PASSWORD, name=name, zone=zone)


def test_the_calendars_of_an_account_are_found_from_its_server(shared: Shared) -> None:
    personal = shared.phone.personal
    found = shared.provider.find(place=shared.server.url, user=shared.user, password=PASSWORD)
    assert Found("Ours", shared.phone.calendar) in found
    assert Found("Personal", personal) in found


def test_a_calendars_own_address_finds_it_alone(shared: Shared) -> None:
    found = shared.provider.find(place=shared.phone.calendar, user=shared.user, password=PASSWORD)
    assert list(found) == [Found("Ours", shared.phone.calendar)]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_home_is_as_good_as_its_server(shared: Shared, slash: str) -> None:
    home = shared.server.home(shared.user).rstrip("/") + slash
    found = shared.provider.find(place=home, user=shared.user, password=PASSWORD)
    assert Found("Ours", shared.phone.calendar) in found


def test_one_that_was_found_is_written_to(shared: Shared) -> None:
    found = shared.provider.find(place=shared.phone.calendar, user=shared.user, password=PASSWORD)
    access = shared.provider.choose(found[0], user=shared.user, password=PASSWORD)
    calendar = shared.provider.open(access)
    calendar.put(SUNDAYS, etag=None)
    assert only(calendar).uid == SUNDAYS.uid
    assert calendar.access == access
    calendar.close()


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Africa/Casablanca", "UTC"])
def test_a_calendar_of_our_own_is_made_and_goes_as_a_whole(shared: Shared, zone: str) -> None:
    access = make(shared, zone=zone)
    assert make(shared, zone=zone).calendar == access.calendar
    calendar = shared.provider.open(access)
    calendar.put(SUNDAYS, etag=None)
    calendar.close()
    names = [one.name for one in shared.provider.find(place=access.calendar, user=shared.user, password=PASSWORD)]
    assert names == ["Side by Side"]
    shared.provider.withdraw(access, delete=True)
    shared.provider.withdraw(access, delete=True)
    found = shared.provider.find(place=shared.server.url, user=shared.user, password=PASSWORD)
    assert access.calendar not in [one.address for one in found]


def test_what_its_owner_put_there_stays(shared: Shared) -> None:
    access = make(shared)
    calendar = shared.provider.open(access)
    calendar.put(SUNDAYS, etag=None)
    shared.phone.add(meeting("theirs"), f"{path(access.calendar)}theirs.ics")
    shared.provider.withdraw(access, delete=True)
    assert calendar.changes(None).held == ()
    assert shared.phone.send("GET", f"{path(access.calendar)}theirs.ics")[0] == 200
    shared.phone.send("DELETE", path(access.calendar))
    calendar.close()


def test_a_calendar_that_was_chosen_is_emptied_of_ours_alone(shared: Shared) -> None:
    calendar = shared.provider.open(shared.access)
    calendar.put(SUNDAYS, etag=None)
    shared.provider.withdraw(shared.access, delete=False)
    assert only(calendar).uid == SUNDAYS.uid
    shared.provider.withdraw(shared.access, delete=True)
    assert calendar.changes(None).held == ()
    calendar.close()


def test_an_address_is_tried_as_people_type_it(server: Server, provider: CaldavProvider) -> None:
    user = server.new_user()
    typed = f"  {server.url.upper()}/{user}  " if server.name != "xandikos" else f"{server.url}/anna"
    provider.find(place=typed, user=user, password=PASSWORD)
