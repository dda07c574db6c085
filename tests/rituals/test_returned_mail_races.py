"""A complaint comes in the very moment in which a worker claims its reader's next question."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import Lease, State
from rituals.mail_report import Returned
from rituals.returned_mail import stop_mail
from service.database import Database
from tests.rituals.households import Household
from tests.rituals.turns import one_after_the_other


def test_it_is_taken_out_of_the_workers_hands_and_what_may_have_left_still_counts(database: Database) -> None:
    starts_at, ana_id = sunday(database)
    lease = Lease.take(starts_at, timedelta(minutes=1))

    def claim(session: Session) -> bool:
        return len(Delivery.claim(session, lease, now=starts_at, limit=10)) == 2

    def complain(session: Session) -> bool:
        ana = session.get_one(Partner, ana_id)
        return stop_mail(session, ana, Returned.COMPLAINT, starts_at, left_at=starts_at)

    assert one_after_the_other(database, claim, complain) == (True, True)
    with database.reading() as session:
        rows = select(Delivery).where(Delivery.due_at == starts_at).order_by(Delivery.partner_id)
        hers, his = session.scalars(rows)
    assert (hers.state, hers.holder, hers.copies) == (State.FAILED, None, 1)
    assert his.state == State.HANDING


def sunday(database: Database) -> tuple[datetime, int]:
    """The moment of the next date, and who will complain."""
    with database.writing() as session:
        home = Household.begin(session)
        return home.occurrences(home.agree())[0].starts_at, home.ana.id
