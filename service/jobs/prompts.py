"""Composing prompts in the minute before their start."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from rituals.bag import draw
from rituals.couple import Couple
from rituals.delivery import COMPOSED_AHEAD, Delivery
from rituals.errand import State
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.ritual import Ritual
from service.emails.desk import Desk
from service.emails.mime import compose
from service.emails.prompt import prompt
from service.jobs import drafts
from service.jobs.parcel import UNWRITABLE
from service.logs import event, failure
from service.services import Services


def compose_ahead(services: Services, desk: Desk, *, limit: int) -> int:
    """Draw and compose what starts within the minute, or should have started; answers how many.

    Harmless twice: the first draft stays, and the bytes are the same.
    """
    now = services.clock()
    with services.database.reading() as session:
        ids = session.scalars(_uncomposed(now).limit(limit)).all()
    if not ids:
        return 0
    with services.database.writing() as session:
        _lock(session, ids)
        # Another worker may have composed them while we waited for the locks.
        deliveries = session.scalars(_whole(session.scalars(_uncomposed(now).where(Delivery.id.in_(ids))).all()))
        return sum(_compose(session, services, desk, delivery, now) for delivery in deliveries.all())


def _uncomposed(now: datetime) -> Select[int]:
    """Deliveries that are due soon and still without their mail."""
    return (
        select(Delivery.id)
        .where(
            Delivery.try_at <= now + COMPOSED_AHEAD,
            Delivery.state == State.PLANNED,
            Delivery.expires_at > now,
            ~drafts.is_composed(),
        )
        .order_by(Delivery.try_at)
    )


def _lock(session: Session, ids: Sequence[int]) -> None:
    """Couples, then plans, as those who change them do: so nothing is drawn for what is being left out meanwhile."""
    theirs = select(Plan.id).join(Occurrence, Occurrence.plan_id == Plan.id).join(Occurrence.deliveries)
    plans = theirs.where(Delivery.id.in_(ids)).scalar_subquery()
    couples = select(Plan.couple_id).where(Plan.id.in_(plans)).scalar_subquery()
    session.scalars(select(Couple.id).where(Couple.id.in_(couples)).order_by(Couple.id).with_for_update()).all()
    session.scalars(select(Plan.id).where(Plan.id.in_(plans)).order_by(Plan.id).with_for_update()).all()


def _whole(ids: Sequence[int]) -> Select[Delivery]:
    """With what a prompt mail is made from, fetched at once."""
    plan = joinedload(Delivery.occurrence).joinedload(Occurrence.plan)
    couple = plan.joinedload(Plan.couple).selectinload(Couple.partners)
    return (
        select(Delivery).where(Delivery.id.in_(ids)).options(couple, joinedload(Delivery.partner)).order_by(Delivery.id)
    )


def _compose(session: Session, services: Services, desk: Desk, delivery: Delivery, now: datetime) -> bool:
    """Whether there is a mail now. One that cannot be written is put off, so that it is in nobody's way."""
    ritual = services.catalogue.get(delivery.occurrence.plan.ritual)
    if ritual is None:
        event("delivery.without-ritual", id=delivery.id)
        delivery.withdraw()
        return False
    try:
        content = _write(session, desk, delivery, ritual)
    except UNWRITABLE as error:
        failure("delivery.unwritable", error, id=delivery.id)
        delivery.postpone(now + 2 * COMPOSED_AHEAD)
        return False
    drafts.keep(session, delivery, content, services.vault, now)
    return True


def _write(session: Session, desk: Desk, delivery: Delivery, ritual: Ritual) -> bytes:
    draw(session, delivery.occurrence.plan, delivery.occurrence, ritual)
    return compose(prompt(desk, delivery, ritual))
