"""While a calendar has its turn, others act: its owner, their partner, another worker. Whoever came first is heard."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from rituals.calendar_channel import PERIOD
from rituals.calendar_interfaces import Access, CalendarError, Trouble
from rituals.choosing import choose_way, link
from rituals.connection import Way
from rituals.leaving import leave
from rituals.linked_calendar import Farewell, LinkedCalendar
from rituals.occurrence import Occurrence
from rituals.recurrence import wall_clock
from rituals.signin import welcome
from service.jobs.calendar_turn import TURN
from service.jobs.calendars import CalendarKeepers, take_a_turn
from tests.fake_calendar import FakeCalendar
from tests.service.linked_pair import NAMES, WAYS, LinkedPair
from tests.service.workday import ANA, BEN, Pair, Workday

SUNDAY = datetime(2027, 3, 7, 18, tzinfo=UTC)
MONDAY = SUNDAY + timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def both(day: Workday, pair: Pair) -> LinkedPair:
    return LinkedPair.connect(day, pair)


def once(calendar: FakeCalendar, call: str, deed: Callable[[], object]) -> None:
    """When the calendar is next asked this, somebody does something else before it answers."""

    def before(asked: str) -> CalendarError | None:
        if asked == call:
            calendar.before = lambda _call: None
            found = deed()
            return found if isinstance(found, CalendarError) else None
        return None

    calendar.before = before


def look_once(both: LinkedPair, address: str) -> None:
    """One turn of this calendar."""
    services, linked_id = both.day.services, both.linked(address).id
    with services.database.writing() as session:
        session.get_one(LinkedCalendar, linked_id).look_at = both.day.clock() - PERIOD
    assert take_a_turn(services)


def disconnect(both: LinkedPair, address: str, farewell: Farewell) -> None:
    linked = both.linked(address)
    with both.pair.acting(address) as act:
        choose_way(act.session, act.by, Way.NONE, act.now)
        act.session.get_one(LinkedCalendar, linked.id).part(farewell, act.now)


def reconnect(both: LinkedPair, address: str, password: str = "a new secret", name: str = "") -> None:
    access = Access({"password": password}, name or NAMES[address])
    with both.pair.acting(address) as act:
        link(act.session, act.by, WAYS[address], access, both.day.services.vault, name="Again", now=act.now)


def move(both: LinkedPair, uid: str) -> None:
    """Ana moves the second date by another hour, on the page of the plan."""
    second = both.starts(uid)[1]
    with both.pair.acting(ANA) as act:
        plan = both.pair.plan(act, both.plan(uid).id)
        date = act.session.scalars(
            select(Occurrence).where(Occurrence.plan_id == plan.id, Occurrence.starts_at == second)
        ).one()
        assert plan.recurrence is not None
        date.move(act, wall_clock(second, plan.recurrence.zone) + timedelta(minutes=5))


def take_over(both: LinkedPair) -> None:
    """As if every lease were over, and another worker came by until nothing is left to do."""
    with both.day.services.database.writing() as session:
        now = both.day.clock()
        held = update(LinkedCalendar).where(LinkedCalendar.held_until.is_not(None))
        session.execute(held.values(held_until=now, look_at=now))
    both.keep_in_step()


@pytest.mark.parametrize("call", ["changes", "put"])
def test_what_stays_by_its_owners_wish_stays_though_a_turn_was_running(both: LinkedPair, call: str) -> None:
    sunday, monday = both.agree(SUNDAY), both.agree(MONDAY, rule="FREQ=WEEKLY;BYDAY=MO")
    move(both, sunday)
    once(both.calendar(BEN), call, lambda: disconnect(both, BEN, Farewell.LEAVE))
    look_once(both, BEN)
    both.keep_in_step()
    assert both.calendar(BEN).kept.keys() == {sunday, monday}
    assert (NAMES[BEN], False) in both.provider.withdrawn


def test_who_disconnects_while_a_turn_runs_need_not_wait_for_its_lease(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    once(both.calendar(BEN), "changes", lambda: disconnect(both, BEN, Farewell.DELETE))
    both.phone(BEN).retitle(uid, "Ours")
    look_once(both, BEN)
    both.keep_in_step()
    assert uid not in both.calendar(BEN).kept


def test_what_was_changed_on_the_phone_of_who_has_disconnected_counts_no_more(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(BEN).delete_date(uid, datetime(2027, 3, 14, 19))
    once(both.calendar(BEN), "changes", lambda: disconnect(both, BEN, Farewell.LEAVE))
    look_once(both, BEN)
    assert SUNDAY + timedelta(days=7) in both.starts(uid)


def test_what_stays_with_the_other_stays_though_it_was_just_being_written(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    move(both, uid)

    def go() -> None:
        with both.pair.acting(ANA) as act:
            leave(act.session, act.by, act.now, events_stay=True)

    once(both.calendar(BEN), "put", go)
    look_once(both, BEN)
    both.look()
    assert uid in both.calendar(BEN).kept


def test_who_connects_anew_while_a_turn_runs_keeps_the_new_access(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    once(both.calendar(BEN), "changes", lambda: reconnect(both, BEN))
    look_once(both, BEN)
    access = both.linked(BEN).access(both.day.services.vault)
    assert access.secrets == {"password": "a new secret"}


def test_a_refusal_of_the_access_before_says_nothing_of_the_new_one(both: LinkedPair) -> None:
    both.agree(SUNDAY)

    def connect_again_and_refuse() -> CalendarError:
        reconnect(both, BEN)
        return CalendarError("Taken back.", Trouble.RECONNECT)

    once(both.calendar(BEN), "changes", connect_again_and_refuse)
    look_once(both, BEN)
    assert both.linked(BEN).trouble is None
    assert both.linked(BEN).look_at is not None
    both.keep_in_step()
    assert both.linked(BEN).read_at == both.day.clock()


def test_a_refusal_is_not_asked_about_again_though_something_changed_meanwhile(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)

    def change_and_refuse() -> CalendarError:
        move(both, uid)
        return CalendarError("Taken back.", Trouble.RECONNECT)

    once(both.calendar(BEN), "changes", change_and_refuse)
    look_once(both, BEN)
    assert both.linked(BEN).look_at is None


def test_a_pause_that_the_provider_asks_for_is_kept_whatever_changes_meanwhile(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    minute = timedelta(minutes=1)
    once(both.calendar(BEN), "changes", lambda: CalendarError("Slowly.", Trouble.BUSY, retry_after=10 * minute))
    look_once(both, BEN)
    asked = both.calendar(BEN).calls.count("changes")
    for _ in range(9):
        both.day.let_pass(minute)
        move(both, uid)
        both.keep_in_step()
    assert both.calendar(BEN).calls.count("changes") == asked
    both.day.let_pass(4 * minute)
    both.keep_in_step()
    assert both.shown(uid)[0] == both.shown(uid)[1]


def test_a_calendar_that_nobody_foresaw_is_left_alone_for_longer_and_longer(both: LinkedPair) -> None:
    both.agree(SUNDAY)

    def stumble(_call: str) -> CalendarError | None:
        raise KeyError("nobody foresaw this")

    both.calendar(BEN).before = stumble
    pauses = []
    for _ in range(6):
        look_once(both, BEN)
        linked = both.linked(BEN)
        assert linked.look_at is not None
        pauses.append(linked.look_at - both.day.clock())
        assert linked.holder is None
    assert pauses == sorted(pauses)
    assert pauses[-1] > timedelta(minutes=5)
    assert both.linked(BEN).trouble == Trouble.ODD


def test_a_database_that_was_away_for_a_moment_holds_a_calendar_up_for_a_moment(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    away = OperationalError("SELECT 1", {}, sqlite3.OperationalError(), connection_invalidated=True)

    def fail() -> None:
        raise away

    once(both.calendar(BEN), "changes", fail)
    with pytest.raises(OperationalError):
        look_once(both, BEN)
    both.day.let_pass(timedelta(seconds=5))
    assert take_a_turn(both.day.services)
    assert both.linked(BEN).read_at == both.day.clock()


def test_what_a_turn_had_no_time_for_is_written_in_the_next_at_once(both: LinkedPair) -> None:
    sunday, monday = both.agree(SUNDAY), both.agree(MONDAY, rule="FREQ=WEEKLY;BYDAY=MO")
    for uid in (sunday, monday):
        move(both, uid)
    once(both.calendar(BEN), "put", lambda: both.day.let_pass(TURN + SECOND))
    look_once(both, BEN)
    both.keep_in_step()
    assert all(ana == ben for ana, ben in (both.shown(uid) for uid in (sunday, monday)))


def test_a_turn_that_others_keep_waiting_ends_and_goes_on_later_with_what_is_left(both: LinkedPair) -> None:
    uids = both.agree(SUNDAY), both.agree(MONDAY, rule="FREQ=WEEKLY;BYDAY=MO")
    both.phone(BEN).move_date(uids[0], datetime(2027, 3, 14, 19), datetime(2027, 3, 14, 20))
    both.phone(BEN).move_date(uids[1], datetime(2027, 3, 15, 19), datetime(2027, 3, 15, 20))
    ana = both.calendar(ANA)
    ana.before = lambda call: both.day.let_pass(TURN + SECOND) if call == "busy" else None
    look_once(both, BEN)
    assert ana.calls.count("busy") == 1
    for _ in range(3):
        both.day.let_pass(timedelta(minutes=1))
        both.keep_in_step()
    assert [len(dates) for uid in uids for dates in both.dates(uid)] == [1] * 4


def test_a_farewell_that_took_too_long_takes_nothing_off_that_came_after_it(both: LinkedPair) -> None:
    uids = both.agree(SUNDAY), both.agree(MONDAY, rule="FREQ=WEEKLY;BYDAY=MO")
    disconnect(both, BEN, Farewell.DELETE)

    def others_go_on() -> None:
        take_over(both)
        reconnect(both, BEN)
        both.keep_in_step()

    def after(call: str) -> None:
        if call == "remove":
            both.calendar(BEN).after = lambda _call: None
            others_go_on()

    both.calendar(BEN).after = after
    assert take_a_turn(both.day.services)
    both.look()
    assert both.calendar(BEN).kept.keys() == set(uids)


def test_a_write_that_was_overtaken_says_nothing(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    move(both, uid)
    once(both.calendar(BEN), "put", lambda: take_over(both))
    look_once(both, BEN)
    both.look()
    assert both.shown(uid)[0] == both.shown(uid)[1]


def test_after_the_clock_was_set_back_calendars_are_looked_at_as_before(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    both.day.jump(timedelta(days=365))
    both.look()
    both.day.later(timedelta(minutes=1), lambda: both.day.jump(-timedelta(days=365)))
    both.day.work(timedelta(minutes=3))
    for address in (ANA, BEN):
        look_at = both.linked(address).look_at
        assert look_at is not None
        assert look_at <= both.day.clock() + PERIOD


def test_a_provider_that_hangs_leaves_somebody_for_the_others(both: LinkedPair) -> None:
    """Two look after calendars, and more than two of one provider would keep both waiting."""
    both.agree(SUNDAY)
    services, may_answer, is_read = both.day.services, Event(), Event()
    both.provider.add("carol's")
    with services.database.writing() as session:
        carol = welcome(session, "carol@example.org", both.day.clock())
        access = both.provider.calendars["carol's"].access
        link(session, carol, Way.GOOGLE, access, services.vault, name="Hers", now=both.day.clock())
    both.day.let_pass(2 * PERIOD)
    with services.database.writing() as session:
        session.get_one(LinkedCalendar, both.linked(BEN).id).look_at = both.day.clock()  # it is the last in line

    def hang(_call: str) -> None:
        may_answer.wait(10)

    for name in (NAMES[ANA], "carol's"):
        both.provider.calendars[name].before = hang
    both.calendar(BEN).before = lambda _call: is_read.set()
    keepers = CalendarKeepers(replace(services, keepers=2), rest=0.01)
    keepers.start()
    assert is_read.wait(5)
    may_answer.set()
    keepers.stop(within=timedelta(seconds=10))


def test_no_turn_begins_while_the_clock_cannot_be_believed(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    both.day.let_pass(2 * PERIOD)
    is_read = Event()
    both.calendar(BEN).before = lambda _call: is_read.set()
    keepers = CalendarKeepers(replace(both.day.services, keepers=1), rest=0.01)
    keepers.go_on(may_begin=False)
    keepers.start()
    assert not is_read.wait(0.2)
    keepers.go_on(may_begin=True)
    assert is_read.wait(5)
    keepers.stop(within=timedelta(seconds=10))
