"""A calendar way is changed while the other says yes: the plan reaches the calendar that was chosen, and no other."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.calendar_letters import record_told
from rituals.choosing import choose_way
from rituals.connection import CalendarConnection, Way
from rituals.couple import Partner
from rituals.errand import State
from rituals.outbox import Letter, LetterKind
from rituals.placement import Placement
from rituals.plan import Plan
from service.database import Database
from tests.rituals.households import A_MONDAY as NOW
from tests.rituals.households import Household
from tests.rituals.turns import one_after_the_other


@pytest.fixture
def asked(database: Database) -> tuple[int, int, int]:
    """Ana has asked Ben, and gets rituals by mail: the ids of plan, Ana and Ben."""
    with database.writing() as session:
        home = Household.begin(session)
        choose_way(session, home.ana, Way.MAIL, NOW)
        return home.propose().id, home.ana.id, home.ben.id


def accept(session: Session, plan_id: int, ben_id: int) -> bool:
    ben = session.get_one(Partner, ben_id)
    plan = Plan.of(session, ben, plan_id, lock=True)
    assert plan is not None
    plan.accept(Act(session, ben, NOW), 1)
    return True


def choose(session: Session, ana_id: int, way: Way) -> bool:
    choose_way(session, session.get_one(Partner, ana_id), way, NOW)
    return True


def standing(database: Database) -> list[tuple[Way, bool]]:
    """The way of each calendar on which the plan should stand, and whether that way still counts."""
    rows = select(CalendarConnection).join(Placement, Placement.connection_id == CalendarConnection.id)
    with database.reading() as session:
        return [(one.way, one.ended_at is None) for one in session.scalars(rows.where(Placement.wanted))]


@pytest.mark.parametrize("way", [Way.FEED, Way.NONE])
def test_nothing_comes_by_a_way_that_was_given_up(database: Database, asked: tuple[int, int, int], way: Way) -> None:
    plan_id, ana_id, ben_id = asked
    one_after_the_other(
        database, lambda session: accept(session, plan_id, ben_id), lambda session: choose(session, ana_id, way)
    )
    assert standing(database) == []


def test_what_is_agreed_meanwhile_comes_by_the_new_way(database: Database, asked: tuple[int, int, int]) -> None:
    plan_id, ana_id, ben_id = asked
    with database.writing() as session:
        choose(session, ana_id, Way.FEED)
    one_after_the_other(
        database, lambda session: accept(session, plan_id, ben_id), lambda session: choose(session, ana_id, Way.MAIL)
    )
    assert standing(database) == [(Way.MAIL, True)]


def test_a_yes_that_comes_second_finds_the_new_way(database: Database, asked: tuple[int, int, int]) -> None:
    plan_id, ana_id, ben_id = asked
    one_after_the_other(
        database, lambda session: choose(session, ana_id, Way.FEED), lambda session: accept(session, plan_id, ben_id)
    )
    assert standing(database) == []


def test_what_is_paused_meanwhile_does_not_come(database: Database, asked: tuple[int, int, int]) -> None:
    plan_id, ana_id, ben_id = asked
    with database.writing() as session:
        accept(session, plan_id, ben_id)
        choose(session, ana_id, Way.NONE)

    def pause(session: Session) -> bool:
        ana = session.get_one(Partner, ana_id)
        plan = Plan.of(session, ana, plan_id, lock=True)
        assert plan is not None
        plan.pause(Act(session, ana, NOW))
        return True

    one_after_the_other(database, pause, lambda session: choose(session, ana_id, Way.MAIL))
    assert standing(database) == []


def test_what_was_sent_in_the_moment_in_which_another_way_is_chosen_is_called_off(
    database: Database, asked: tuple[int, int, int]
) -> None:
    plan_id, ana_id, ben_id = asked
    with database.writing() as session:
        accept(session, plan_id, ben_id)
        letter = session.scalars(select(Letter).where(Letter.kind == LetterKind.CALENDAR)).one()
        letter.sequence, letter.state, letter.try_at = 1, State.SENT, None
        letter_id = letter.id

    def record(session: Session) -> bool:
        record_told(session, letter_id, NOW)
        return True

    one_after_the_other(database, record, lambda session: choose(session, ana_id, Way.NONE))
    with database.reading() as session:
        assert (
            len(
                session.scalars(
                    select(Letter).where(Letter.state == State.PLANNED, Letter.kind == LetterKind.CALENDAR)
                ).all()
            )
            == 1
        )
