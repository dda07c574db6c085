"""Which occurrences and deliveries stand as rows: a rolling stretch of every running plan's future."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session, selectinload

from rituals.delivery import Delivery, Unsubscription, window_closes
from rituals.errand import State
from rituals.occurrence import Occurrence, Standing
from rituals.outbox import Draft
from rituals.override import Override
from rituals.recurrence import Instance, Recurrence, moment, tzdata_version

if TYPE_CHECKING:
    from rituals.plan import Plan

HORIZON = timedelta(days=35)
EXTENDED_BEFORE = timedelta(days=28)
"""A plan whose rows reach less far than this is extended again to the whole horizon."""
PUT_OFF_FOR = timedelta(days=1)
CLAIMED_MEANWHILE = timedelta(minutes=5)
"""Longer than any transaction here lasts: what starts later cannot become due before it is over."""


def derive(session: Session, plan: "Plan", now: datetime, *, window: timedelta) -> None:
    """Make the rows of this plan's future what its rule and overrides say. Repeating it changes nothing.

    The caller holds the plan's lock. What has started is never touched.
    """
    until = now + HORIZON
    wanted = _wanted(plan, now, until)
    rows = _future_rows(session, plan, now, wanted)
    _hold_the_next(session, rows.values(), now)
    muted = set(session.scalars(select(Unsubscription.partner_id).where(Unsubscription.plan_id == plan.id)))
    for original, instance in wanted.items():
        occurrence = rows.pop(original, None)
        if occurrence is None:
            occurrence = _begin(session, plan, instance)
        elif occurrence.has_happened(now):
            continue
        _stand(session, occurrence, instance)
        _deliver(plan, occurrence, muted, window)
    skipped = {override.original_starts for override in plan.overrides if override.starts is None}
    far = _far_ahead(plan, rows, until)
    for original, occurrence in rows.items():
        if original in far:
            _wait(session, occurrence, far[original])
        elif not occurrence.has_started(now):
            left_out = plan.is_running and occurrence.original_starts in skipped
            occurrence.leave_out(Standing.SKIPPED if left_out else Standing.DROPPED)
    plan.horizon_at = until if plan.is_running else None
    plan.tzdata = tzdata_version()
    session.flush()


def occurrence_at(session: Session, plan: "Plan", original_starts: datetime) -> Occurrence | None:
    """The occurrence with this original start, made where it lies beyond the rows; None where the rule has none.

    The caller holds the plan's lock.
    """
    named = select(Occurrence).where(Occurrence.plan_id == plan.id, Occurrence.original_starts == original_starts)
    occurrence = session.scalar(named)
    recurrence = plan.recurrence
    if occurrence is not None or recurrence is None or not recurrence.includes(original_starts):
        return occurrence
    starts_at = moment(original_starts, recurrence.zone)
    occurrence = _begin(session, plan, Instance(original_starts, starts_at, starts_at + recurrence.duration))
    session.flush()
    return occurrence


def put_off(plan: "Plan", now: datetime) -> None:
    """Its rows cannot be derived at the moment: tried again in a day, or with other time zone data."""
    plan.horizon_at = now + EXTENDED_BEFORE + PUT_OFF_FOR
    plan.tzdata = _unread()


def next_to_extend(session: Session, now: datetime, limit: int, *, lock: bool) -> list["Plan"]:
    """Plans whose rows do not reach far enough, or were derived by other time zone data."""
    from rituals.plan import Plan

    short = select(Plan).where(Plan.horizon_at < now + EXTENDED_BEFORE).order_by(Plan.horizon_at)
    plans = _some(session, short, limit, lock=lock)
    for tzdata in () if plans else _tzdata_in_use(session) - {tzdata_version(), _unread()}:
        outdated = select(Plan).where(Plan.tzdata == tzdata, Plan.horizon_at.is_not(None))
        plans = plans or _some(session, outdated, limit, lock=lock)
    return plans


def _some(session: Session, query: Select["Plan"], limit: int, *, lock: bool) -> list["Plan"]:
    some = query.limit(limit)
    return list(session.scalars(some.with_for_update(skip_locked=True) if lock else some))


def _tzdata_in_use(session: Session) -> set[str]:
    """By which data rows were derived, from one name to the next: so nobody reads all plans to find that it is one."""
    from rituals.plan import Plan

    least = select(func.min(Plan.tzdata).label("tzdata")).where(Plan.horizon_at.is_not(None))
    found = least.cte("tzdata_in_use", recursive=True)
    following = least.where(Plan.tzdata > found.c.tzdata).scalar_subquery()
    found = found.union_all(select(following).where(found.c.tzdata.is_not(None)))
    return {tzdata for tzdata in session.scalars(select(found.c.tzdata)) if tzdata is not None}


def _unread() -> str:
    """In place of the data's version where it could not be read by it."""
    return f"-{tzdata_version()}"


def _wanted(plan: "Plan", now: datetime, until: datetime) -> dict[datetime, Instance]:
    """The instances that should stand, by original start, each where its override put it."""
    recurrence = plan.recurrence
    if not plan.is_running or recurrence is None:
        return {}
    overrides = {override.original_starts: override for override in plan.overrides}
    wanted = {
        instance.original_starts: instance
        for instance in recurrence.instances(after=now, until=until)
        if instance.original_starts not in overrides
    }
    for override in overrides.values():
        instance = _moved(recurrence, override)
        if instance is not None and instance.starts_at > now:  # however far it was moved, it stands as a row
            wanted[instance.original_starts] = instance
    return wanted


def _far_ahead(plan: "Plan", originals: Iterable[datetime], until: datetime) -> dict[datetime, Instance]:
    """Rows beyond the stretch that stand by the rule, as somebody once changed them, or asks about them."""
    recurrence = plan.recurrence
    if not plan.is_running or recurrence is None:
        return {}
    overridden = {override.original_starts for override in plan.overrides}
    return {
        original: Instance(original, starts_at, starts_at + recurrence.duration)
        for original in originals
        if original not in overridden and recurrence.includes(original)
        if (starts_at := moment(original, recurrence.zone)) > until
    }


def _moved(recurrence: Recurrence, override: Override) -> Instance | None:
    if override.starts is None or not recurrence.includes(override.original_starts):
        return None
    starts_at = moment(override.starts, recurrence.zone)
    return Instance(override.original_starts, starts_at, starts_at + recurrence.duration)


def _future_rows(
    session: Session, plan: "Plan", now: datetime, wanted: dict[datetime, Instance]
) -> dict[datetime, Occurrence]:
    rows = (
        select(Occurrence)
        .where(
            Occurrence.plan_id == plan.id,
            or_(Occurrence.starts_at > now, Occurrence.original_starts.in_(wanted)),
        )
        .options(selectinload(Occurrence.deliveries))
    )
    return {occurrence.original_starts: occurrence for occurrence in session.scalars(rows)}


def _hold_the_next(session: Session, rows: Iterable[Occurrence], now: datetime) -> None:
    """Lock the deliveries that a worker may claim meanwhile: else what is moved here could go at its old time."""
    ids = [occurrence.id for occurrence in rows if occurrence.starts_at < now + CLAIMED_MEANWHILE]
    if ids:
        near = select(Delivery).where(Delivery.occurrence_id.in_(ids)).order_by(Delivery.id).with_for_update()
        session.scalars(near, execution_options={"populate_existing": True}).all()


def _begin(session: Session, plan: "Plan", instance: Instance) -> Occurrence:
    occurrence = Occurrence(
        plan_id=plan.id,
        original_starts=instance.original_starts,
        starts_at=instance.starts_at,
        ends_at=instance.ends_at,
        standing=Standing.PLANNED,
        deliveries=[],
    )
    session.add(occurrence)
    return occurrence


def _stand(session: Session, occurrence: Occurrence, instance: Instance) -> None:
    """The occurrence stands at this instance's time; mails composed for another time are thrown away."""
    if (occurrence.starts_at, occurrence.ends_at) != (instance.starts_at, instance.ends_at):
        occurrence.starts_at, occurrence.ends_at = instance.starts_at, instance.ends_at
        ids = [delivery.id for delivery in occurrence.deliveries]
        session.execute(delete(Draft).where(Draft.delivery_id.in_(ids)))
    occurrence.standing = Standing.PLANNED


def _wait(session: Session, occurrence: Occurrence, instance: Instance) -> None:
    """It stands, and its mails come when the stretch reaches it."""
    _stand(session, occurrence, instance)
    for delivery in occurrence.deliveries:
        delivery.withdraw()


def _deliver(plan: "Plan", occurrence: Occurrence, muted: set[int], window: timedelta) -> None:
    """One delivery for each partner who wants prompts, due at the start; none for who does not."""
    due_at = occurrence.starts_at
    expires_at = window_closes(due_at, occurrence.ends_at, window)
    there = {delivery.partner_id: delivery for delivery in occurrence.deliveries}
    for partner in plan.couple.partners:
        delivery = there.get(partner.id)
        if partner.id in muted:
            if delivery is not None:
                delivery.withdraw()
        elif delivery is None:
            delivery = Delivery(
                partner_id=partner.id, state=State.PLANNED, due_at=due_at, try_at=due_at, expires_at=expires_at
            )
            delivery.attempts = delivery.copies = 0
            occurrence.deliveries.append(delivery)
        elif delivery.state == State.WITHDRAWN or (delivery.due_at, delivery.expires_at) != (due_at, expires_at):
            delivery.plan_for(due_at, expires_at)
