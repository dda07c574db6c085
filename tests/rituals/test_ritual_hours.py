"""Ritual hours and private blocks: each partner's own, by their own clock."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rituals.couple import Partner
from rituals.private_block import BLOCKS_AT_MOST, PrivateBlock
from rituals.refused import RefusedError
from rituals.ritual_hours import USUAL, RitualHours, allows, stretches
from rituals.rule import Weekday
from tests.rituals.households import A_MONDAY, Household

HOUR = timedelta(hours=1)
EVENING = datetime(2027, 3, 3, 18, tzinfo=UTC)
"""A Wednesday, 19:00 in Madrid."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def near(home: Household) -> Household:
    """Ben lives in Madrid as well."""
    home.ben.introduce(name="Ben", zone="Europe/Madrid")
    home.session.flush()
    return home


def suits(home: Household, starts_at: datetime, length: timedelta = HOUR) -> bool:
    return allows(home.session, home.couple, starts_at, starts_at + length)


@pytest.mark.parametrize(
    ("starts_at", "is_allowed"),
    [
        (datetime(2027, 3, 3, 16, 30, tzinfo=UTC), True),
        (datetime(2027, 3, 3, 16, 15, tzinfo=UTC), False),
        (datetime(2027, 3, 3, 20, 30, tzinfo=UTC), True),
        (datetime(2027, 3, 3, 20, 45, tzinfo=UTC), False),
        (datetime(2027, 3, 3, 10, tzinfo=UTC), False),
        (datetime(2027, 3, 6, 10, tzinfo=UTC), True),
        (datetime(2027, 3, 6, 7, tzinfo=UTC), False),
    ],
)
def test_evenings_and_weekends_by_default(near: Household, starts_at: datetime, is_allowed: bool) -> None:
    assert suits(near, starts_at) == is_allowed


def test_both_partners_hours_count_each_by_their_own_clock(home: Household) -> None:
    """Ben is in New York: evening in Madrid is noon there, and only weekends have hours for both."""
    assert not suits(home, EVENING)
    assert suits(home, datetime(2027, 3, 6, 18, tzinfo=UTC))


def test_hours_that_one_sets_count_and_stay_theirs(near: Household) -> None:
    mornings = {Weekday.WEDNESDAY: (7 * 60, 8 * 60)}
    RitualHours.set(near.session, near.ana, mornings)
    assert not suits(near, EVENING)
    assert RitualHours.of(near.session, near.ana) == mornings
    assert RitualHours.of(near.session, near.ben) == USUAL
    RitualHours.set(near.session, near.ben, mornings)
    assert suits(near, datetime(2027, 3, 3, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {Weekday.MONDAY: (600, 600)},
        {Weekday.MONDAY: (600, 540)},
        {Weekday.MONDAY: (-1, 540)},
        {Weekday.MONDAY: (600, 1441)},
    ],
)
def test_hours_that_make_no_sense_are_refused(near: Household, hours: dict[Weekday, tuple[int, int]]) -> None:
    with pytest.raises(RefusedError):
        RitualHours.set(near.session, near.ana, hours)
    assert RitualHours.of(near.session, near.ana) == USUAL


def test_midnight_joins_two_days() -> None:
    late = {Weekday.FRIDAY: (20 * 60, 24 * 60), Weekday.SATURDAY: (0, 60)}
    since = datetime(2027, 3, 5, tzinfo=UTC)
    (night,) = stretches(late, "Europe/Madrid", since, since + timedelta(days=2))
    assert (night.starts_at, night.ends_at) == (since + 19 * HOUR, since + 24 * HOUR)


def test_hours_keep_their_wall_clock_when_the_clocks_change() -> None:
    sundays = {Weekday.SUNDAY: (19 * 60, 20 * 60)}
    since = datetime(2027, 3, 20, tzinfo=UTC)
    found = stretches(sundays, "Europe/Madrid", since, since + timedelta(days=10))
    assert [one.starts_at.hour for one in found] == [18, 17]


def test_not_then(near: Household) -> None:
    block = PrivateBlock.keep(near.session, near.ben, datetime(2027, 3, 3, 19, 30), datetime(2027, 3, 3, 23), near.now)
    assert not suits(near, EVENING)
    assert suits(near, EVENING - HOUR / 2)
    block.lift(near.session)
    assert suits(near, EVENING)


def test_a_block_is_its_owners_alone(near: Household) -> None:
    block = PrivateBlock.keep(near.session, near.ben, datetime(2027, 3, 3), datetime(2027, 3, 5), near.now)
    assert PrivateBlock.of(near.session, near.ana, block.id) is None
    assert PrivateBlock.of(near.session, near.ben, block.id) is block
    assert list(PrivateBlock.ahead(near.session, near.ana, near.now)) == []


def test_the_same_block_twice_is_one(near: Household) -> None:
    for _ in range(2):
        PrivateBlock.keep(near.session, near.ben, datetime(2027, 3, 3), datetime(2027, 3, 5), near.now)
    assert len(PrivateBlock.ahead(near.session, near.ben, near.now)) == 1


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (datetime(2027, 3, 5), datetime(2027, 3, 5), "ends"),
        (datetime(2027, 2, 1), datetime(2027, 2, 2), "ends"),
        (datetime(2027, 3, 5), datetime(2027, 8, 5), "ends"),
        (datetime(2029, 3, 5), datetime(2029, 3, 6), "starts"),
    ],
)
def test_blocks_that_make_no_sense_are_refused(near: Household, starts: datetime, ends: datetime, field: str) -> None:
    with pytest.raises(RefusedError) as caught:
        PrivateBlock.keep(near.session, near.ana, starts, ends, near.now)
    assert caught.value.field == field


def test_there_is_room_for_many_blocks_and_old_ones_make_way(near: Household) -> None:
    for day in range(BLOCKS_AT_MOST):
        starts = datetime(2027, 3, 3) + timedelta(days=day)
        PrivateBlock.keep(near.session, near.ana, starts, starts + HOUR, A_MONDAY)
    with pytest.raises(RefusedError):
        PrivateBlock.keep(near.session, near.ana, datetime(2027, 6, 3), datetime(2027, 6, 4), A_MONDAY)
    later = datetime(2027, 3, 4, 12, tzinfo=UTC)
    PrivateBlock.keep(near.session, near.ana, datetime(2027, 6, 3), datetime(2027, 6, 4), later)
    assert len(PrivateBlock.ahead(near.session, near.ana, later)) == BLOCKS_AT_MOST - 1


def test_who_is_erased_takes_their_hours_and_blocks_along(near: Household) -> None:
    stranger = Partner(address="cleo@example.org", name="Cleo", zone="UTC", joined_at=A_MONDAY)
    near.session.add(stranger)
    near.session.flush()
    RitualHours.set(near.session, stranger, USUAL)
    PrivateBlock.keep(near.session, stranger, datetime(2027, 3, 3), datetime(2027, 3, 5), A_MONDAY)
    near.session.delete(stranger)
    near.session.flush()
    assert near.session.scalars(select(RitualHours)).all() == []
    assert near.session.scalars(select(PrivateBlock)).all() == []
