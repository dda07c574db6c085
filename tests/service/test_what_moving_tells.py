"""A date dragged on the phone moves or waits, and so tells whether the other is taken: a few may be asked like that."""

from datetime import UTC, datetime, timedelta

import pytest

from service.jobs.suiting import A_WEEK_AT_MOST
from tests.service.linked_pair import LinkedPair
from tests.service.workday import ANA, Pair, Workday

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST = datetime(2027, 3, 2, 18, tzinfo=UTC)
"""A Tuesday, 19:00 in Madrid and in Berlin."""


@pytest.fixture
def both(day: Workday, pair: Pair) -> LinkedPair:
    return LinkedPair.connect(day, pair)


def dates(count: int, *, since: int = 0) -> list[datetime]:
    return [datetime(2027, 3, 2, 19) + number * DAY for number in range(since, since + count)]


def drag(both: LinkedPair, uid: str, originals: list[datetime]) -> None:
    """All of them an hour later, where it suits both."""
    for original in originals:
        both.phone(ANA).move_date(uid, original, original + HOUR)
    both.look()


def test_once_many_were_moved_in_a_week_the_next_wait_for_a_yes_though_they_suit(both: LinkedPair) -> None:
    uid = both.agree(FIRST, rule="FREQ=DAILY")
    drag(both, uid, dates(A_WEEK_AT_MOST + 4))
    assert sorted(both.dates(uid)[1]) == dates(A_WEEK_AT_MOST)
    assert sorted(one.starts - HOUR for one in both.suggestions()) == dates(4, since=A_WEEK_AT_MOST)


def test_those_that_had_to_wait_count_as_well(both: LinkedPair) -> None:
    uid = both.agree(FIRST, rule="FREQ=DAILY")
    far = [original + 5 * HOUR for original in dates(A_WEEK_AT_MOST)]
    for original, night in zip(dates(A_WEEK_AT_MOST), far, strict=True):
        both.phone(ANA).move_date(uid, original, night)
    both.look()
    drag(both, uid, dates(1, since=A_WEEK_AT_MOST))
    assert both.dates(uid)[1] == {}


def test_a_week_later_they_move_again(both: LinkedPair, day: Workday) -> None:
    uid = both.agree(FIRST, rule="FREQ=DAILY")
    drag(both, uid, dates(A_WEEK_AT_MOST))
    day.clock.now += 8 * DAY
    drag(both, uid, dates(1, since=20))
    assert dates(1, since=20)[0] in both.dates(uid)[1]
