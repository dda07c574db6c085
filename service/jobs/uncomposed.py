"""Which prompts are to be composed: looked up ahead of their start, held under lock, and fetched whole."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, select
from sqlalchemy.orm import Session

from rituals.couple import Couple, Partner
from rituals.delivery import COMPOSED_AHEAD, Delivery
from rituals.errand import State
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.storage import Moment
from service.emails.occasion import Occasion
from service.jobs import drafts

EARLIEST = timedelta(minutes=10)
"""Before the start. The earlier, the more of what was composed is thrown away again, since somebody moved it."""

PARTS = (
    Delivery.id,
    Delivery.due_at,
    Occurrence.id,
    Occurrence.starts_at,
    Occurrence.ends_at,
    Occurrence.prompt,
    Plan.id,
    Plan.ritual,
    Couple.id,
    Couple.phone_place,
    Couple.closing_line,
    Partner.id,
    Partner.address,
    Partner.zone,
    Partner.plain_titles,
    Partner.taking_mail(),
)
"""In the order of an occasion's fields."""


def look(session: Session, now: datetime, *, limit: int, much: int) -> Sequence[int]:
    """The first of them, by when they are due: a minute ahead, or ten where more than `much` are due in that time."""
    soon = select(Delivery.id).where(Delivery.try_at <= _until(now, much), _is_uncomposed(now))
    return session.scalars(soon.order_by(Delivery.try_at).limit(limit)).all()


def hold(session: Session, ids: Collection[int]) -> Sequence[int]:
    """Their plans, locked after their couples, as those who change them do: so nothing is drawn for what is being
    left out meanwhile. What somebody else holds is passed over: it is being composed there, or changed.
    """
    theirs = select(Occurrence.plan_id).join(Occurrence.deliveries).where(Delivery.id.in_(ids))
    plans = select(Plan.id).select_from(Couple).join(Plan, Plan.couple_id == Couple.id).where(Plan.id.in_(theirs))
    return session.scalars(plans.order_by(Couple.id, Plan.id).with_for_update(skip_locked=True)).all()


def fetch(session: Session, ids: Collection[int], plans: Collection[int], now: datetime) -> list[Occasion]:
    """Those of these plans that are still without their mail, with all that it is made from."""
    whole = (
        select(*PARTS)
        .join(Delivery.occurrence)
        .join(Occurrence.plan)
        .join(Plan.couple)
        .join(Partner, Partner.id == Delivery.partner_id)
        .where(Delivery.id.in_(ids), Plan.id.in_(plans), _is_uncomposed(now))
        .order_by(Delivery.id)
    )
    return [Occasion(*tuple(row)) for row in session.execute(whole)]


def _until(now: datetime, much: int) -> ColumnElement[datetime]:
    """What is due is counted by one index, and no further than needed."""
    due = select(literal(1)).where(Delivery.try_at <= now + EARLIEST)
    is_much = due.order_by(Delivery.try_at).offset(much).limit(1).exists()
    ahead = case((is_much, literal(now + EARLIEST, Moment)), else_=literal(now + COMPOSED_AHEAD, Moment))
    return select(ahead).scalar_subquery()


def _is_uncomposed(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == State.PLANNED, Delivery.expires_at > now, ~drafts.is_composed())
