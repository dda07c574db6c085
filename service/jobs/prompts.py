"""Composing prompts in the minute before their start."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rituals.bag import draw
from rituals.delivery import COMPOSED_AHEAD, Delivery
from rituals.errand import State
from rituals.occurrence import Occurrence
from rituals.outbox import Draft
from rituals.plan import Plan
from service.emails.desk import Desk
from service.emails.mime import compose
from service.emails.prompt import prompt
from service.jobs import drafts
from service.services import Services

WHOLE = joinedload(Delivery.occurrence).joinedload(Occurrence.plan).joinedload(Plan.couple)
"""What a prompt mail is made from, fetched at once."""


def compose_ahead(services: Services, desk: Desk, *, limit: int) -> int:
    """Draw and compose what starts within the minute. Harmless twice: the first draft stays, bytes are the same."""
    now = services.clock()
    soon = (
        select(Delivery.id)
        .outerjoin(Draft, Draft.delivery_id == Delivery.id)
        .where(Delivery.try_at <= now + COMPOSED_AHEAD, Delivery.state == State.PLANNED, Draft.id.is_(None))
        .order_by(Delivery.try_at)
        .limit(limit)
    )
    with services.database.reading() as session:
        ids = session.scalars(soon).all()
    if not ids:
        return 0
    with services.database.writing() as session:
        return len(compose_these(session, services, desk, ids, now))


def compose_these(
    session: Session, services: Services, desk: Desk, ids: Sequence[int], now: datetime
) -> dict[int, bytes]:
    """The mails of these deliveries, drawn, composed and kept; without those whose ritual has left the catalogue."""
    deliveries = session.scalars(
        select(Delivery).where(Delivery.id.in_(ids)).options(WHOLE, joinedload(Delivery.partner)).order_by(Delivery.id)
    ).all()
    composed = {}
    for delivery in deliveries:
        ritual = services.catalogue.get(delivery.occurrence.plan.ritual)
        if ritual is None:
            delivery.withdraw()
            continue
        draw(session, delivery.occurrence.plan, delivery.occurrence, ritual)
        composed[delivery.id] = compose(prompt(desk, delivery, ritual))
        drafts.keep(session, delivery, composed[delivery.id], services.vault, now)
    return composed
