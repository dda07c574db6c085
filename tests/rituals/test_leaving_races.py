"""One leaves while the other is just saying yes: whoever comes second finds how things stand."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

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

SOON = 5


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


def one_after_the_other(
    database: Database, first: Callable[[Session], bool], second: Callable[[Session], bool]
) -> tuple[bool, bool]:
    """The second begins while the first has acted and not yet committed."""
    acted, may_commit = Event(), Event()

    def hold() -> bool:
        with database.writing() as session:
            done = first(session)
            session.flush()
            acted.set()
            assert may_commit.wait(SOON)
            return done

    def follow() -> bool:
        with database.writing() as session:
            return second(session)

    with ThreadPoolExecutor(2) as pool:
        holding: Future[bool] = pool.submit(hold)
        assert acted.wait(SOON)
        following = pool.submit(follow)
        with pytest.raises(TimeoutError):
            following.result(0.3)  # it waits for the first
        may_commit.set()
        return holding.result(SOON), following.result(SOON)


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
