"""What stands in a couple's days: what is ahead of them, and what was."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from rituals.couple import Couple
from rituals.occurrence import Occurrence, Standing
from rituals.plan import Plan, PlanState

SHOWN = (Standing.PLANNED, Standing.SKIPPED)


def ahead(session: Session, couple: Couple, now: datetime, until: datetime) -> list[Occurrence]:
    """What has not ended yet and starts by `until`, skipped ones included, in order."""
    coming = _of(couple).where(
        Plan.state == PlanState.AGREED,
        Occurrence.ends_at > now,
        Occurrence.starts_at <= until,
        Occurrence.standing.in_(SHOWN),
    )
    return list(session.scalars(coming))


def behind(session: Session, couple: Couple, since: datetime, now: datetime) -> list[Occurrence]:
    """What began between the two moments and was neither skipped nor dropped, in order."""
    gone = _of(couple).where(
        Occurrence.starts_at > since, Occurrence.starts_at <= now, Occurrence.standing == Standing.PLANNED
    )
    return list(session.scalars(gone))


def of_plan(session: Session, plan: Plan, *, after: datetime, limit: int) -> list[Occurrence]:
    """The next ones of a plan, skipped ones included."""
    coming = select(Occurrence).where(
        Occurrence.plan_id == plan.id, Occurrence.starts_at > after, Occurrence.standing.in_(SHOWN)
    )
    return list(session.scalars(coming.order_by(Occurrence.starts_at).limit(limit)))


def history(session: Session, plan: Plan, now: datetime, limit: int) -> list[Occurrence]:
    """The last ones of a plan that have begun, the newest first, with their mails."""
    gone = (
        select(Occurrence)
        .where(Occurrence.plan_id == plan.id, Occurrence.starts_at <= now, Occurrence.standing == Standing.PLANNED)
        .options(selectinload(Occurrence.deliveries))
    )
    return list(session.scalars(gone.order_by(Occurrence.starts_at.desc()).limit(limit)))


def _of(couple: Couple) -> Select[Occurrence]:
    theirs = select(Occurrence).join(Plan, Plan.id == Occurrence.plan_id).where(Plan.couple_id == couple.id)
    return theirs.options(selectinload(Occurrence.plan)).order_by(Occurrence.starts_at, Occurrence.id)
