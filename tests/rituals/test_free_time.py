"""What suits both: in both partners' ritual hours, and taken for neither."""

from datetime import UTC, datetime, timedelta
from random import Random

from rituals.free_time import draw, free_for_both, starts_in
from rituals.stretch import Stretch

NOON = datetime(2027, 3, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stretch(since: float, until: float) -> Stretch:
    return Stretch(NOON + since * HOUR, NOON + until * HOUR)


def test_only_what_is_open_to_both_and_taken_for_neither() -> None:
    ana, ben = [stretch(0, 6)], [stretch(2, 8)]
    assert free_for_both([ana, ben], [stretch(3, 4), stretch(3.5, 4.5)]) == [stretch(2, 3), stretch(4.5, 6)]


def test_starts_stand_on_quarters_and_leave_room_for_the_whole_ritual() -> None:
    free = [Stretch(NOON + timedelta(minutes=7), NOON + timedelta(minutes=75))]
    assert list(starts_in(free, timedelta(minutes=45))) == [NOON + timedelta(minutes=15), NOON + timedelta(minutes=30)]


def test_a_stretch_that_is_too_short_has_no_start() -> None:
    assert list(starts_in([stretch(0, 0.5)], HOUR)) == []


def test_three_are_drawn_in_order() -> None:
    starts = [NOON + hour * HOUR for hour in range(20)]
    drawn = draw(starts, Random(7))
    assert len(set(drawn)) == 3
    assert list(drawn) == sorted(drawn)
    assert set(drawn) <= set(starts)


def test_fewer_than_three_are_none() -> None:
    assert draw([NOON, NOON + HOUR], Random(7)) == ()
    assert len(draw([NOON, NOON + HOUR, NOON + 2 * HOUR], Random(7))) == 3


def test_every_start_is_as_likely_as_any() -> None:
    starts, random = [NOON + hour * HOUR for hour in range(6)], Random(7)
    drawn = [start for _ in range(2000) for start in draw(starts, random)]
    assert all(900 < drawn.count(start) < 1100 for start in starts)
