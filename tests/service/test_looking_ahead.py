"""A day before: whoever's calendar it meets is asked, alone and once; nothing moves by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.collision import Collision
from rituals.ics_address import IcsAddress
from rituals.offer import Offer
from rituals.refused import StaleError
from rituals.stretch import Stretch
from service.jobs.free_time import find_a_time
from service.jobs.looking_ahead import look as look_at
from service.jobs.looking_ahead import looks_due
from tests.fake_addresses import FakeAddresses
from tests.service.workday import ANA, BEN, Pair, Workday

WORK = "https://work.example/ana.ics"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STARTS_AT = datetime(2027, 3, 5, 18, tzinfo=UTC)
"""A Friday, 19:00 in Berlin; the working day begins on Monday."""
DINNER = Stretch(STARTS_AT + 30 * MINUTE, STARTS_AT + 2 * HOUR)


@pytest.fixture
def addresses(day: Workday, pair: Pair) -> FakeAddresses:
    """Ana lets a calendar be looked at; nothing stands in it yet."""
    fake = FakeAddresses({WORK: []})
    day.services = replace(day.services, addresses=fake)
    with pair.acting(ANA) as act:
        IcsAddress.add(act.session, act.by, WORK, day.services.vault, act.now, name="Work")
    return fake


@pytest.fixture
def plan_id(pair: Pair) -> int:
    return pair.agree(STARTS_AT)


def look(day: Workday, at: datetime) -> int:
    day.clock.now = at
    return sum(look_at(day.services, due) for due in looks_due(day.services))


def mails(day: Workday, address: str) -> list[str]:
    """Subjects of the questions to this person."""
    day.work()
    subjects = (str(message_from_bytes(one, policy=policy.default)["Subject"]) for one in day.post.contents(address))
    return [subject for subject in subjects if subject.startswith("Does it still suit you?")]


def collision(pair: Pair) -> int:
    with pair.day.services.database.reading() as session:
        return session.query(Collision).one().id


def test_who_is_taken_is_asked_and_nobody_else(
    day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses
) -> None:
    addresses.taken[WORK] = [DINNER]
    assert look(day, STARTS_AT - 27 * HOUR) == 0
    assert look(day, STARTS_AT - 25 * HOUR) == 1
    assert mails(day, ANA) == ["Does it still suit you? Weekly check-in"]
    assert mails(day, BEN) == []
    assert pair.occurrence(plan_id).starts_at == STARTS_AT


def test_it_is_looked_at_once(day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses) -> None:
    assert look(day, STARTS_AT - 25 * HOUR) == 1
    addresses.taken[WORK] = [DINNER]
    assert look(day, STARTS_AT - 24 * HOUR) == 0
    assert mails(day, ANA) == []


def test_a_date_that_was_moved_is_looked_at_where_it_stands_now(
    day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses
) -> None:
    look(day, STARTS_AT - 25 * HOUR)
    with pair.acting(BEN) as act:
        pair.plan(act, plan_id)
        pair.next_one(act.session, plan_id).move(act, datetime(2027, 3, 5, 20))
    addresses.taken[WORK] = [Stretch(STARTS_AT + HOUR, STARTS_AT + 2 * HOUR)]
    assert look(day, STARTS_AT - 24 * HOUR) == 1
    assert len(mails(day, ANA)) == 1


@pytest.mark.parametrize(
    "busy", [Stretch(STARTS_AT - HOUR, STARTS_AT), Stretch(STARTS_AT + 45 * MINUTE, STARTS_AT + 2 * HOUR)]
)
def test_what_only_touches_it_is_no_question(
    day: Workday, plan_id: int, addresses: FakeAddresses, busy: Stretch
) -> None:
    addresses.taken[WORK] = [busy]
    look(day, STARTS_AT - 25 * HOUR)
    assert mails(day, ANA) == []


def test_who_lets_nobody_look_is_not_looked_at(day: Workday, pair: Pair, plan_id: int) -> None:
    assert look(day, STARTS_AT - 25 * HOUR) == 0


def test_shortly_before_nobody_is_asked_any_more(day: Workday, plan_id: int, addresses: FakeAddresses) -> None:
    addresses.taken[WORK] = [DINNER]
    assert look(day, STARTS_AT - 2 * HOUR) == 0


def test_a_calendar_that_cannot_be_read_is_asked_again_while_there_is_time(
    day: Workday, plan_id: int, addresses: FakeAddresses
) -> None:
    addresses.taken[WORK] = CalendarError("not now", Trouble.UNREACHABLE)
    assert look(day, STARTS_AT - timedelta(hours=25, minutes=30)) == 0
    addresses.taken[WORK] = [DINNER]
    assert look(day, STARTS_AT - timedelta(hours=25, minutes=20)) == 1
    assert len(mails(day, ANA)) == 1


def test_a_question_that_was_answered_meanwhile_is_not_mailed(
    day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses
) -> None:
    addresses.taken[WORK] = [DINNER]
    look(day, STARTS_AT - 25 * HOUR)
    with pair.acting(BEN) as act:
        pair.plan(act, plan_id)
        pair.next_one(act.session, plan_id).skip(act)
    assert mails(day, ANA) == []


def test_the_times_to_move_to_look_like_those_that_anybody_asks_for(
    day: Workday, pair: Pair, addresses: FakeAddresses
) -> None:
    """By a length of its own the other would know that something stands in somebody's calendar just then."""
    pair.agree(STARTS_AT, minutes=90)
    addresses.taken[WORK] = [DINNER]
    look(day, STARTS_AT - 25 * HOUR)
    with day.services.database.reading() as session:
        assert session.query(Offer.minutes).all() == [(45,)]


def test_there_are_times_to_move_to(day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses) -> None:
    addresses.taken[WORK] = [DINNER]
    look(day, STARTS_AT - 25 * HOUR)
    assert find_a_time(day.services)
    with pair.acting(ANA) as act:
        noted = Collision.of(act.session, act.by, collision(pair), lock=True)
        assert noted is not None
        times = noted.times(act.session, act.now)
        assert len(times) == 3
        noted.move(act, times[0])
    assert pair.occurrence(plan_id).starts_at == times[0]
    with pair.acting(ANA) as act:
        noted = Collision.of(act.session, act.by, collision(pair), lock=True)
        assert noted is not None
        with pytest.raises(StaleError):
            noted.move(act, times[1])


def test_a_time_that_was_not_offered_is_refused(
    day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses
) -> None:
    addresses.taken[WORK] = [DINNER]
    look(day, STARTS_AT - 25 * HOUR)
    find_a_time(day.services)
    with pair.acting(ANA) as act:
        noted = Collision.of(act.session, act.by, collision(pair), lock=True)
        assert noted is not None
        with pytest.raises(StaleError):
            noted.move(act, DINNER.starts_at)


def test_kept_or_skipped_it_is_settled(day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses) -> None:
    addresses.taken[WORK] = [DINNER]
    look(day, STARTS_AT - 25 * HOUR)
    with pair.acting(ANA) as act:
        noted = Collision.of(act.session, act.by, collision(pair), lock=True)
        assert noted is not None
        noted.keep()
        assert not noted.is_open(act.now)
        with pytest.raises(StaleError):
            noted.skip(act)
    assert pair.occurrence(plan_id).starts_at == STARTS_AT


def test_the_other_partner_never_sees_the_question(
    day: Workday, pair: Pair, plan_id: int, addresses: FakeAddresses
) -> None:
    addresses.taken[WORK] = [DINNER]
    look(day, STARTS_AT - 25 * HOUR)
    with pair.acting(BEN) as act:
        assert Collision.of(act.session, act.by, collision(pair)) is None
