"""Many plans extended at once: the rows are those that deriving each would have made."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from rituals.delivery import Delivery
from rituals.extension import extend
from rituals.horizon import EXTENDED_BEFORE, HORIZON, derive, next_to_extend, occurrence_at, put_off
from rituals.muting import stop_mails
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from tests.rituals.households import Household, terms

WINDOW = timedelta(minutes=15)
DAILY = "FREQ=DAILY"
RULES = ("FREQ=WEEKLY;BYDAY=SU", DAILY, "FREQ=MONTHLY;BYDAY=-1FR")
Change = Callable[[Household, Plan], object]
Rows = list[tuple[object, ...]]


def weeks_pass(home: Household, weeks: float) -> None:
    home.now += timedelta(weeks=weeks)


def as_it_was(home: Household, plan: Plan) -> None:
    """Nothing has happened."""


def muted(home: Household, plan: Plan) -> None:
    stop_mails(home.act(home.ben), plan)


def first_moved_beyond_the_rows(home: Household, plan: Plan) -> None:
    home.occurrences(plan)[0].move(home.act(home.ana), (home.now + timedelta(days=38)).replace(tzinfo=None))


def paused(home: Household, plan: Plan) -> None:
    plan.pause(home.act(home.ana))


def asked_about_beyond_the_rows(home: Household, plan: Plan) -> None:
    occurrence_at(home.session, plan, home.occurrences(plan)[-1].original_starts + timedelta(weeks=1))


def skipped_beyond_the_rows(home: Household, plan: Plan) -> None:
    far = home.occurrences(plan)[-1].original_starts + timedelta(weeks=1)
    plan.override(home.act(home.ana), far, None)
    plan.revise(home.act(home.ana))


def left_out_by_mistake(home: Household, plan: Plan) -> None:
    """Not one row, as if it could not be read for a day; it can be now."""
    for occurrence in home.occurrences(plan):
        home.session.delete(occurrence)
    put_off(plan, home.now)


@pytest.mark.parametrize("asleep", [1.2, 7])
@pytest.mark.parametrize(
    "change",
    [
        as_it_was,
        muted,
        paused,
        first_moved_beyond_the_rows,
        asked_about_beyond_the_rows,
        skipped_beyond_the_rows,
        left_out_by_mistake,
    ],
)
def test_extending_makes_what_deriving_makes(home: Household, change: Change, asleep: float) -> None:
    plans = [home.agree(terms(rule=rule)) for rule in RULES]
    change(home, plans[0])
    change(home, plans[1])
    weeks_pass(home, asleep)
    home.session.flush()
    with home.session.begin_nested() as trial:
        for plan in plans:
            derive(home.session, plan, home.now, window=WINDOW)
        derived = rows(home)
        trial.rollback()
    for rest in extend(home.session, plans, home.now, window=WINDOW):
        derive(home.session, rest, home.now, window=WINDOW)
    assert rows(home) == derived


def test_extending_again_changes_nothing(home: Household) -> None:
    plan = home.agree(terms(rule=DAILY))
    weeks_pass(home, 2)
    assert extend(home.session, [plan], home.now, window=WINDOW) == []
    before = rows(home)
    home.session.expire_all()
    assert plan.horizon_at == home.now + HORIZON
    assert extend(home.session, [plan], home.now, window=WINDOW) == []
    assert rows(home) == before


def test_a_plan_that_cannot_be_read_waits_a_day_and_is_then_derived_whole(home: Household) -> None:
    plan = home.agree(terms(rule=DAILY))
    left_out_by_mistake(home, plan)
    home.session.flush()
    assert next_to_extend(home.session, home.now, 10, lock=True) == []
    home.now += timedelta(days=1, minutes=1)
    assert next_to_extend(home.session, home.now, 10, lock=True) == [plan]
    assert extend(home.session, [plan], home.now, window=WINDOW) == [plan]
    derive(home.session, plan, home.now, window=WINDOW)
    assert len(home.planned()) > 2 * EXTENDED_BEFORE.days


def rows(home: Household) -> Rows:
    """All dates and mails, without what numbers them."""
    home.session.flush()
    home.session.expire_all()
    found: Rows = []
    for date in home.session.scalars(select(Occurrence).order_by(Occurrence.plan_id, Occurrence.original_starts)):
        found.append((date.plan_id, date.original_starts, date.starts_at, date.ends_at, date.standing, date.prompt))
        found += sorted(
            (one.partner_id, one.state, one.due_at, one.try_at is None, one.expires_at, one.copies)
            for one in date.deliveries
        )
    return found


def test_no_delivery_stands_twice(home: Household) -> None:
    plan = home.agree(terms(rule=DAILY))
    weeks_pass(home, 2)
    extend(home.session, [plan], home.now, window=WINDOW)
    pairs = home.session.execute(select(Delivery.occurrence_id, Delivery.partner_id)).all()
    assert len(pairs) == len(set(pairs))
