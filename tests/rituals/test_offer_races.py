"""Both look for a time in the same moment, and two workers find one: there is one answer all the same."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.collision import Collision
from rituals.couple import Partner
from rituals.occurrence import Occurrence
from rituals.offer import Offer
from rituals.outbox import Letter, LetterKind
from service.database import Database
from tests.rituals.households import A_MONDAY, Household
from tests.rituals.turns import one_after_the_other

STARTS = [datetime(2027, 3, day, 18, tzinfo=UTC) for day in (10, 12, 13)]


@pytest.fixture
def first_id(database: Database) -> int:
    """A date to which both said yes."""
    with database.writing() as session:
        home = Household.begin(session)
        return home.occurrences(home.agree())[0].id


def asking(address: str) -> Callable[[Session], bool]:
    def ask(session: Session) -> bool:
        partner = Partner.with_address(session, address)
        assert partner is not None
        return Offer.ask(Act(session, partner, A_MONDAY), "check-in", 45, date(2027, 3, 10)).week == date(2027, 3, 8)

    return ask


def filling(starts: list[datetime]) -> Callable[[Session], bool]:
    def fill(session: Session) -> bool:
        offer = session.scalars(select(Offer).with_for_update()).one()
        offer.fill(starts)
        return offer.ahead(A_MONDAY) == starts

    return fill


def test_two_who_ask_at_once_get_one_answer(database: Database, first_id: int) -> None:
    asked = one_after_the_other(database, asking("ana@example.org"), asking("ben@example.org"))
    assert asked == (True, True)
    with database.reading() as session:
        assert len(session.scalars(select(Offer)).all()) == 1


def test_what_was_found_first_stays(database: Database, first_id: int) -> None:
    with database.writing() as session:
        asking("ana@example.org")(session)
    later = [start + timedelta(hours=1) for start in STARTS]
    assert one_after_the_other(database, filling(STARTS), filling(later)) == (True, False)


def test_two_who_look_at_once_ask_once(database: Database, first_id: int) -> None:
    def look(session: Session) -> bool:
        partner = Partner.with_address(session, "ana@example.org")
        assert partner is not None
        occurrence = Occurrence.of(session, partner, first_id, lock=True)
        assert occurrence is not None
        act = Act(session, partner, A_MONDAY)
        return Collision.note(act, occurrence, occurrence.starts_at, collides=True) is not None

    assert one_after_the_other(database, look, look) == (True, False)
    with database.reading() as session:
        assert len(session.scalars(select(Letter).where(Letter.kind == LetterKind.COLLISION)).all()) == 1
