"""Extending many plans at once: only the dates that are missing at the far end of their rows are made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rituals.couple import Couple, Partner
from rituals.delivery import Delivery, Unsubscription, window_closes
from rituals.errand import State
from rituals.horizon import HORIZON
from rituals.occurrence import Occurrence, Standing
from rituals.override import Override
from rituals.plan import Plan, PlanState
from rituals.recurrence import Instance, tzdata_version
from rituals.version import Version, VersionState
from rituals.zone import LARGEST_SHIFT

Value = TypeVar("Value")


def extend(session: Session, plans: Sequence[Plan], now: datetime, *, window: timedelta) -> list[Plan]:
    """Add what `derive` would add, where nothing else can differ; answers the other plans, untouched.

    The caller holds the plans' locks. A handful of statements does for all of them.
    """
    until = now + HORIZON
    ends = _Ends.of(session, [plan for plan in plans if plan.tzdata == tzdata_version()])
    missing = {plan.id: found for plan in plans if (found := ends.missing(plan, now, until)) is not None}
    recipients = {plan.id: ends.recipients(plan) for plan in plans if plan.id in missing}
    _insert(session, missing, recipients, window)
    reached = update(Plan).where(Plan.id.in_(missing)).values(horizon_at=until)
    session.connection().execute(reached)
    return [plan for plan in plans if plan.id not in missing]


@dataclass(frozen=True, slots=True)
class _Ends:
    """What must be known of some plans to go on where their rows end, read at once."""

    versions: Mapping[int, Version]
    """The agreed one, by plan."""
    partners: Mapping[int, Sequence[int]]
    """By couple, if its space is open."""
    muted: Mapping[int, Collection[int]]
    """Partners who want no prompts, by plan."""
    taken: Mapping[int, Collection[datetime]]
    """Original starts about the end that are rows already, or differ from the rule; by plan."""

    @classmethod
    def of(cls, session: Session, plans: Sequence[Plan]) -> "_Ends":
        ids = [plan.id for plan in plans]
        # All that there ever were: asked for the agreed ones alone, SQLite would look through everybody's.
        versions = session.scalars(select(Version).where(Version.plan_id.in_(ids)))
        theirs = select(Couple.id, Partner.id).join(Partner, Partner.couple_id == Couple.id)
        theirs = theirs.where(Couple.id.in_([plan.couple_id for plan in plans]), Couple.closed_at.is_(None))
        muted = select(Unsubscription.plan_id, Unsubscription.partner_id).where(Unsubscription.plan_id.in_(ids))
        since = min((plan.horizon_at for plan in plans if plan.horizon_at is not None), default=None)
        return cls(
            versions={one.plan_id: one for one in versions if one.state == VersionState.AGREED},
            partners=_grouped((couple, one) for couple, one in session.execute(theirs)),
            muted=_grouped((plan, one) for plan, one in session.execute(muted)),
            taken=_taken(session, ids, since),
        )

    def missing(self, plan: Plan, now: datetime, until: datetime) -> list[Instance] | None:
        """The dates beyond its rows, by the rule alone; None where more is to be looked at."""
        version = self.versions.get(plan.id)
        if version is None or plan.horizon_at is None or plan.state != PlanState.AGREED:
            return None
        after = max(now, plan.horizon_at)
        found = list(version.recurrence.instances(after=after, until=until))
        taken = self.taken.get(plan.id, ())
        if plan.couple_id not in self.partners or any(one.original_starts in taken for one in found):
            return None
        return found

    def recipients(self, plan: Plan) -> list[int]:
        muted = self.muted.get(plan.id, ())
        return [partner for partner in self.partners[plan.couple_id] if partner not in muted]


def _taken(session: Session, ids: Sequence[int], since: datetime | None) -> Mapping[int, Collection[datetime]]:
    if since is None:
        return {}
    local = since.replace(tzinfo=None) - LARGEST_SHIFT  # earlier than that moment on every clock
    found: list[tuple[int, datetime]] = []
    for kind in (Occurrence, Override):
        named = select(kind.plan_id, kind.original_starts).where(kind.plan_id.in_(ids), kind.original_starts > local)
        found += ((plan, original) for plan, original in session.execute(named))
    return _grouped(found)


def _grouped(pairs: Iterable[tuple[int, Value]]) -> Mapping[int, Sequence[Value]]:
    groups: dict[int, list[Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def _insert(
    session: Session,
    missing: Mapping[int, Sequence[Instance]],
    recipients: Mapping[int, Sequence[int]],
    window: timedelta,
) -> None:
    instances = {(plan, one.original_starts): one for plan, found in missing.items() for one in found}
    if not instances:
        return
    connection = session.connection()
    added = insert(Occurrence).returning(Occurrence.id, Occurrence.plan_id, Occurrence.original_starts)
    rows = [_occurrence(plan, one) for (plan, _), one in instances.items()]
    deliveries = [
        _delivery(occurrence, partner, instances[plan, original], window)
        for occurrence, plan, original in connection.execute(added, rows)
        for partner in recipients[plan]
    ]
    if deliveries:
        connection.execute(insert(Delivery), deliveries)


def _occurrence(plan: int, instance: Instance) -> dict[str, object]:
    return {
        "plan_id": plan,
        "original_starts": instance.original_starts,
        "starts_at": instance.starts_at,
        "ends_at": instance.ends_at,
        "standing": Standing.PLANNED,
    }


def _delivery(occurrence: int, partner: int, instance: Instance, window: timedelta) -> dict[str, object]:
    return {
        "occurrence_id": occurrence,
        "partner_id": partner,
        "state": State.PLANNED,
        "due_at": instance.starts_at,
        "try_at": instance.starts_at,
        "expires_at": window_closes(instance.starts_at, instance.ends_at, window),
        "attempts": 0,
        "copies": 0,
    }
