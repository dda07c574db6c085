"""Dates moved and left out, where that meets what has passed and a rule that changes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rituals.news import Happening, News
from rituals.refused import RefusedError
from tests.rituals.households import Household, terms

FIRST, SECOND = datetime(2027, 3, 7, 19), datetime(2027, 3, 14, 19)
TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"


def at(day: int, hour: int) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=UTC)


def moments(home: Household) -> list[datetime]:
    return [due_at for due_at, name in home.planned() if name == "Ana" and due_at > home.now]


def test_one_left_out_after_a_move_comes_back_though_the_moved_start_has_passed(home: Household) -> None:
    plan = home.agree()
    second = home.occurrences(plan)[1]
    second.move(home.act(home.ana), FIRST + timedelta(days=1))
    second.skip(home.act(home.ben))
    home.now = at(9, 12)
    second.restore(home.act(home.ana))
    assert moments(home)[0] == at(14, 18)


def test_what_was_held_earlier_cannot_be_brought_back_as_well(home: Household) -> None:
    plan = home.agree()
    second = home.occurrences(plan)[1]
    second.move(home.act(home.ana), FIRST + timedelta(days=1))
    home.now = at(9, 12)
    with pytest.raises(RefusedError, match="passed"):
        second.restore(home.act(home.ana))
    assert [one.original_starts for one in plan.overrides] == [SECOND]
    assert moments(home)[0] == at(21, 18)


def test_nothing_is_brought_back_while_the_plan_rests(home: Household) -> None:
    plan = home.agree()
    second = home.occurrences(plan)[1]
    second.skip(home.act(home.ben))
    plan.pause(home.act(home.ben))
    with pytest.raises(RefusedError, match="rests"):
        second.restore(home.act(home.ana))


def test_one_moved_into_the_future_goes_with_a_rule_that_no_longer_holds_it_and_both_are_told(home: Household) -> None:
    plan = home.agree()
    home.occurrences(plan)[0].move(home.act(home.ana), FIRST + timedelta(days=4))
    home.now = at(8, 12)
    plan.suggest(home.act(home.ana), terms(datetime(2027, 3, 16, 18), rule=TUESDAYS, now=home.now))
    plan.accept(home.act(home.ben), 2)
    assert moments(home)[0] == at(16, 17)
    told = home.session.scalars(select(News).where(News.what == Happening.OVERRIDES_DROPPED)).all()
    assert len(told) == 2


def test_what_was_held_today_is_not_held_again_by_the_clocks_of_another_zone(home: Household) -> None:
    plan = home.agree(terms(rule="FREQ=DAILY"))
    home.now = at(7, 20)
    plan.suggest(home.act(home.ana), terms(FIRST, rule="FREQ=DAILY", zone="America/New_York", now=home.now))
    plan.accept(home.act(home.ben), 2)
    assert moments(home)[0] == at(9, 0)
    assert [(one.original_starts, one.starts) for one in plan.overrides] == [(FIRST, None)]
