"""When a connected calendar has its turn: now and then, before each start, and when its provider calls."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from rituals.calendar_interfaces import CalendarError, Channel, Trouble
from rituals.choosing import choose_way
from rituals.connection import Way
from service.jobs.listening import PATH
from tests.fake_calendar import FakeCalendar
from tests.service.linked_pair import LinkedPair
from tests.service.workday import ANA, BEN, Pair, Workday

SUNDAY = datetime(2027, 3, 7, 18, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SITE = "https://rituals.example.org"


@dataclass(slots=True)
class CallingCalendar(FakeCalendar):
    """Its provider can call us when something has changed."""

    watched: list[tuple[str, str]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    lasts: timedelta = timedelta(days=7)
    now: datetime = datetime(2027, 3, 1, 9, tzinfo=UTC)

    def watch(self, *, address: str, token: str, channel: str) -> Channel:
        self.ask("watch")
        self.watched.append((address, token))
        return Channel(channel, f"resource of {channel}", self.now + self.lasts)

    def stop(self, *, channel: str, resource: str) -> None:
        assert resource == f"resource of {channel}"
        self.stopped.append(channel)


@pytest.fixture
def both(day: Workday, pair: Pair) -> LinkedPair:
    return LinkedPair.connect(day, pair)


@pytest.fixture
def calling(both: LinkedPair) -> CallingCalendar:
    """Ben's; and our site is one that can be called."""
    day = both.day
    day.services = replace(day.services, settings=replace(day.services.settings, base_url=SITE))
    calendar = CallingCalendar("ben's")
    both.provider.calendars["ben's"] = calendar
    return calendar


def test_it_is_looked_at_now_and_then(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    assert both.linked(ANA).look_at == both.day.clock() + 15 * MINUTE


def test_it_is_looked_at_two_minutes_before_each_start(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.day.rest_until(SUNDAY - 10 * MINUTE)
    both.keep_in_step()
    assert both.linked(BEN).look_at == SUNDAY - 2 * MINUTE
    both.phone(BEN).move_date(uid, datetime(2027, 3, 7, 19), datetime(2027, 3, 7, 20))
    both.day.rest_until(SUNDAY - 2 * MINUTE)
    both.keep_in_step()
    both.day.work(63 * MINUTE)
    assert both.day.post.moments()[ANA][-1] == SUNDAY + 60 * MINUTE
    assert SUNDAY not in both.day.post.moments()[ANA]


def test_a_provider_is_asked_to_call_us_once_and_again_before_that_ends(
    both: LinkedPair, calling: CallingCalendar
) -> None:
    both.agree(SUNDAY)
    both.look()
    ((address, secret),) = calling.watched
    linked = both.linked(BEN)
    assert address == SITE + PATH
    assert linked.is_called_by(secret)
    assert secret not in (linked.channel or "")
    calling.now = both.day.rest_until(both.day.clock() + 6 * DAY + MINUTE) or both.day.clock()
    both.look()
    assert len(calling.watched) == 2
    assert not both.linked(BEN).is_called_by(secret), "the new channel has a secret of its own"


def test_a_provider_that_calls_us_is_left_alone_for_longer(both: LinkedPair, calling: CallingCalendar) -> None:
    both.agree(SUNDAY)
    both.look()
    assert both.linked(BEN).look_at == both.day.clock() + timedelta(hours=2)
    assert both.linked(ANA).look_at == both.day.clock() + 15 * MINUTE


def test_a_provider_that_does_not_like_our_address_is_left_alone_for_a_day(
    both: LinkedPair, calling: CallingCalendar
) -> None:
    calling.before = lambda call: CalendarError("no", Trouble.REFUSED) if call == "watch" else None
    both.agree(SUNDAY)
    both.look()
    assert calling.calls.count("watch") == 1
    assert both.linked(BEN).trouble is None, "the calendar itself is fine"
    both.day.rest_until(both.day.clock() + DAY + MINUTE)
    both.look()
    assert calling.calls.count("watch") == 2


def test_access_taken_back_while_we_ask_to_be_called_is_not_asked_for_again(
    both: LinkedPair, calling: CallingCalendar
) -> None:
    calling.before = lambda call: CalendarError("gone", Trouble.RECONNECT) if call == "watch" else None
    both.agree(SUNDAY)
    asked = len(calling.calls)
    both.look()
    assert both.linked(BEN).trouble == Trouble.RECONNECT
    assert len(calling.calls) == asked


def test_who_disconnects_is_not_called_any_more(both: LinkedPair, calling: CallingCalendar) -> None:
    both.agree(SUNDAY)
    channel = both.linked(BEN).channel
    with both.pair.acting(BEN) as act:
        choose_way(act.session, act.by, Way.NONE, act.now)
    both.keep_in_step()
    assert calling.stopped == [channel]


def test_where_nobody_can_reach_us_no_provider_is_asked_to_call(both: LinkedPair) -> None:
    calendar = CallingCalendar("ben's")
    both.provider.calendars["ben's"] = calendar
    both.agree(SUNDAY)
    assert calendar.watched == []
