"""One leaves while the other is just saying yes: whoever comes second finds how things stand."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.leaving import leave
from rituals.plan import Plan
from service.database import Database
from tests.rituals.households import A_MONDAY as NOW
from tests.rituals.households import Household
from tests.rituals.turns import one_after_the_other


@pytest.fixture
def asked(database: Database) -> tuple[int, int, int]:
    """Ana has proposed something to Ben: the ids of plan, Ana and Ben."""
    with database.writing() as session:
        home = Household.begin(session)
        return home.propose().id, home.ana.id, home.ben.id


def accept(session: Session, plan_id: int, ben_id: int) -> bool:
    ben = session.get_one(Partner, ben_id)
    plan = Plan.of(session, ben, plan_id, lock=True)
    if plan is not None:
        plan.accept(Act(session, ben, NOW), 1)
    return plan is not None


def go(session: Session, ana_id: int) -> bool:
    leave(session, session.get_one(Partner, ana_id), NOW, events_stay=True)
    return True


def waiting(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Delivery.try_at.is_not(None))) or 0


def test_a_yes_that_comes_second_finds_the_space_closed(database: Database, asked: tuple[int, int, int]) -> None:
    plan_id, ana_id, ben_id = asked
    left, agreed = one_after_the_other(
        database, lambda session: go(session, ana_id), lambda session: accept(session, plan_id, ben_id)
    )
    assert (left, agreed) == (True, False)
    assert waiting(database) == 0


def test_a_leaving_that_comes_second_takes_back_what_the_yes_planned(
    database: Database, asked: tuple[int, int, int]
) -> None:
    plan_id, ana_id, ben_id = asked
    agreed, left = one_after_the_other(
        database, lambda session: accept(session, plan_id, ben_id), lambda session: go(session, ana_id)
    )
    assert (agreed, left) == (True, True)
    assert waiting(database) == 0
