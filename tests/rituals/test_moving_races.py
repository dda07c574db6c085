"""A date is moved, or its mails stopped, in the very moment in which a worker claims its prompt."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import Lease, State
from rituals.muting import stop_mails
from rituals.occurrence import Occurrence
from service.database import Database
from tests.rituals.households import Household
from tests.rituals.turns import one_after_the_other

LEASE = timedelta(minutes=1)
AT_EIGHT = datetime(2027, 3, 7, 20)


@pytest.fixture
def sunday(database: Database) -> tuple[int, datetime]:
    """A date to which both said yes: its id and its moment."""
    with database.writing() as session:
        home = Household.begin(session)
        first = home.occurrences(home.agree())[0]
        return first.id, first.starts_at


def claim_all(starts_at: datetime) -> Callable[[Session], bool]:
    """What a worker does at the start."""
    lease = Lease.take(starts_at, LEASE)
    return lambda session: len(Delivery.claim(session, lease, now=starts_at, limit=10)) == 2


def acting(session: Session, occurrence_id: int, now: datetime) -> tuple[Act, Occurrence]:
    """Somebody who asked a moment before the start."""
    occurrence = session.get_one(Occurrence, occurrence_id)
    partner = session.scalars(select(Partner).order_by(Partner.id)).first()
    assert partner is not None
    locked = Occurrence.of(session, partner, occurrence.id, lock=True)
    assert locked is not None
    return Act(session, partner, now), locked


def move(occurrence_id: int, now: datetime) -> Callable[[Session], bool]:
    def act(session: Session) -> bool:
        by, occurrence = acting(session, occurrence_id, now)
        occurrence.move(by, AT_EIGHT)
        return True

    return act


def stop(occurrence_id: int, now: datetime) -> Callable[[Session], bool]:
    def act(session: Session) -> bool:
        by, occurrence = acting(session, occurrence_id, now)
        stop_mails(by, occurrence.plan)
        return True

    return act


def test_a_move_takes_the_prompt_out_of_the_hands_of_who_has_just_claimed_it(
    database: Database, sunday: tuple[int, datetime]
) -> None:
    occurrence_id, starts_at = sunday
    done = one_after_the_other(
        database, claim_all(starts_at), move(occurrence_id, starts_at - timedelta(milliseconds=10))
    )
    assert done == (True, True)
    for delivery in first_of(database, occurrence_id):
        assert (delivery.state, delivery.holder) == (State.PLANNED, None), "its holder would send it at the old time"
        assert delivery.due_at == delivery.try_at == starts_at + timedelta(hours=1)
        assert delivery.copies == 1, "its holder may have recorded an intent in this moment"


def test_stopping_ones_mails_does_so_too_and_still_counts_what_may_have_left(
    database: Database, sunday: tuple[int, datetime]
) -> None:
    occurrence_id, starts_at = sunday
    done = one_after_the_other(
        database, claim_all(starts_at), stop(occurrence_id, starts_at - timedelta(milliseconds=10))
    )
    assert done == (True, True)
    mine, theirs = first_of(database, occurrence_id)
    assert (mine.state, mine.holder, mine.copies) == (State.WITHDRAWN, None, 1)
    assert theirs.state == State.HANDING


def first_of(database: Database, occurrence_id: int) -> list[Delivery]:
    with database.reading() as session:
        rows = select(Delivery).where(Delivery.occurrence_id == occurrence_id).order_by(Delivery.partner_id)
        return list(session.scalars(rows))
