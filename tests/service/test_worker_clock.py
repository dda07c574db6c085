"""The worker and the clock: jumps, summer time, and governments that change it."""

from datetime import UTC, datetime, timedelta

import pytest

from rituals.delivery import Delivery
from rituals.errand import State
from rituals.occurrence import Occurrence
from tests.service.test_worker import prompts_of
from tests.service.workday import ANA, BEN, Pair, Workday

SECOND, MINUTE, HOUR = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))


def test_a_clock_that_jumps_an_hour_ahead_and_back_sends_nothing_early_and_nothing_twice(
    day: Workday, pair: Pair
) -> None:
    begin = day.clock.now
    first, second = begin + 10 * MINUTE, begin + 50 * MINUTE
    pair.agree(first)
    pair.agree(second)
    day.later(5 * MINUTE, lambda: day.jump(HOUR))
    day.later(5 * MINUTE + 15 * SECOND, lambda: day.jump(-HOUR))
    day.work(55 * MINUTE)
    assert prompts_of(day) == {ANA: [first, second], BEN: [first, second]}


def test_what_was_closed_by_a_wrong_clock_is_sent_after_all(day: Workday, pair: Pair) -> None:
    starts_at = day.clock.now + 30 * MINUTE
    pair.agree(starts_at)
    day.later(5 * MINUTE, lambda: day.jump(HOUR))
    day.later(8 * MINUTE - SECOND, lambda: pytest.fail("not closed") if State.PLANNED in pair.states() else None)
    day.later(8 * MINUTE, lambda: day.jump(-HOUR))
    day.work(32 * MINUTE)
    assert prompts_of(day) == {ANA: [starts_at], BEN: [starts_at]}


def test_a_clock_that_is_set_back_for_good_sends_nothing_twice(day: Workday, pair: Pair) -> None:
    starts_at = day.clock.now + 10 * MINUTE
    pair.agree(starts_at)
    day.later(11 * MINUTE, lambda: day.jump(-HOUR))
    day.work(75 * MINUTE)
    assert {address: len(moments) for address, moments in prompts_of(day).items()} == {ANA: 1, BEN: 1}


@pytest.mark.parametrize(
    ("local", "starts_at"),
    [
        pytest.param(
            datetime(2027, 3, 27, 2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), id="the hour that is left out"
        ),
        pytest.param(
            datetime(2027, 10, 30, 2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC), id="the hour that comes twice"
        ),
    ],
)
def test_a_daily_half_past_two_in_berlin_has_one_prompt_that_night(
    day: Workday, pair: Pair, local: datetime, starts_at: datetime
) -> None:
    day.rest_until(local.replace(tzinfo=UTC) - timedelta(days=1))
    offset = HOUR if local.month == 3 else 2 * HOUR
    pair.agree((local - offset).replace(tzinfo=UTC), rule="FREQ=DAILY")
    day.rest_until(starts_at - 150 * MINUTE)
    day.work(MINUTE)
    day.post.sent.clear()
    for hour in range(5):  # the whole night, an hour at a time
        day.rest_until(starts_at + (hour - 2) * HOUR - 2 * SECOND)
        day.work(4 * SECOND)
    assert prompts_of(day) == {ANA: [starts_at], BEN: [starts_at]}


def test_new_time_zone_data_moves_what_is_to_come_and_leaves_what_was(day: Workday, pair: Pair) -> None:
    first = day.clock.now + HOUR
    plan_id = pair.agree(first, rule="FREQ=DAILY")
    day.rest_until(first)
    day.work(SECOND)
    wrong_by_an_hour(pair, plan_id, after=first)
    day.work(SECOND)
    with day.services.database.reading() as session:
        starts = sorted(session.query(Occurrence.starts_at).all())
        dues = sorted(session.query(Delivery.due_at).distinct().all())
    assert [at for (at,) in starts[:3]] == [first + timedelta(days=number) for number in range(3)]
    assert dues == starts
    assert prompts_of(day) == {ANA: [first], BEN: [first]}


def wrong_by_an_hour(pair: Pair, plan_id: int, *, after: datetime) -> None:
    """As if derived by data from before the law was changed."""
    with pair.acting(ANA) as act:
        pair.plan(act, plan_id).tzdata = "2020a"
        for occurrence in act.session.query(Occurrence).where(Occurrence.starts_at > after):
            occurrence.starts_at += HOUR
            occurrence.ends_at += HOUR
            for delivery in occurrence.deliveries:
                delivery.plan_for(delivery.due_at + HOUR, delivery.expires_at + HOUR)
