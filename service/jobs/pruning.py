"""What the privacy page says is not kept longer goes, a little at a time: nothing that is due ever waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from rituals.collision import Collision
from rituals.couple import Couple
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.invitation import Invitation
from rituals.leaving import leave
from rituals.offer import Offer
from rituals.open_account import OpenAccount
from rituals.outbox import Draft, Letter
from rituals.private_block import PrivateBlock
from rituals.signin import LOG_KEPT, SignedIn, SignInLink
from rituals.storage import Base
from service.services import Services

ROWS_AT_ONCE = 250
"""Ten milliseconds or so."""
COUPLES_AT_ONCE = 5
"""With all that they had."""
DELIVERIES_KEPT = timedelta(days=90)
CLOSED_COUPLES_KEPT = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Served:
    """Rows of one kind that are older than they are kept."""

    kind: type[Base]
    id: InstrumentedAttribute[int]
    of: InstrumentedAttribute[datetime]
    before: datetime
    settled: ColumnElement[bool]

    def ids(self, limit: int) -> Select[int]:
        # In order: without, PostgreSQL may think that any row will do, and read them all.
        return select(self.id).where(self.of < self.before, self.settled).order_by(self.of).limit(limit)


def prune(services: Services) -> bool:
    """Take away some rows of one kind, in one short transaction. True: there may be more, of this kind or another."""
    now = services.clock()
    kinds = _kinds(now)
    with services.database.reading() as session:
        served = next((one for one in kinds if session.scalar(one.ids(1)) is not None), None)
        if served is None and session.scalar(_closed(now).limit(1)) is None:
            return False
    with services.database.recording() as session:  # what a power loss brings back merely goes again
        return _take_away(session, served) if served is not None else _forget_closed(session, now)


def forget_passing_things(services: Services) -> None:
    """What is only there for a while, and never in great numbers."""
    with services.database.writing() as session:
        now = services.clock()
        OpenAccount.prune(session, now)
        Offer.forget(session, now)
        PrivateBlock.forget(session, now)


def _kinds(now: datetime) -> list[Served]:
    log = now - LOG_KEPT
    settled = Delivery.state != State.PLANNED, Letter.state != State.PLANNED
    return [
        Served(Delivery, Delivery.id, Delivery.due_at, now - DELIVERIES_KEPT, settled[0]),
        Served(Letter, Letter.id, Letter.due_at, log, settled[1]),
        Served(Draft, Draft.id, Draft.made_at, now - DRAFTS_KEPT, true()),
        Served(Collision, Collision.id, Collision.starts_at, log, true()),
        Served(SignInLink, SignInLink.id, SignInLink.asked_at, log, true()),
        Served(SignedIn, SignedIn.id, SignedIn.expires_at, now, true()),
        Served(Invitation, Invitation.id, Invitation.expires_at, log, true()),
    ]


def _take_away(session: Session, served: Served) -> bool:
    """Another worker may be at it as well, with others."""
    ids = session.scalars(served.ids(ROWS_AT_ONCE).with_for_update(skip_locked=True)).all()
    gone = delete(served.kind).where(served.id.in_(ids)).execution_options(synchronize_session=False)
    session.execute(gone)
    return bool(ids)


def _closed(now: datetime) -> Select[Couple]:
    return select(Couple).where(Couple.closed_at < now - CLOSED_COUPLES_KEPT).order_by(Couple.closed_at)


def _forget_closed(session: Session, now: datetime) -> bool:
    """Whoever was left and never put it away is out of it now, as if they had."""
    couples = session.scalars(_closed(now).limit(COUPLES_AT_ONCE).with_for_update(skip_locked=True)).all()
    for couple in couples:
        for partner in tuple(couple.partners):
            leave(session, partner, now, events_stay=couple.events_stay)
    session.execute(delete(Couple).where(Couple.id.in_([couple.id for couple in couples])))
    return bool(couples)
