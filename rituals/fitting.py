"""What becomes of the dates that were moved, left out or held already, when a plan's rule changes."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from rituals.act import Act
from rituals.news import Happening, tell
from rituals.occurrence import Occurrence, Standing
from rituals.override import Override
from rituals.recurrence import Recurrence, moment, wall_clock
from rituals.zone import LARGEST_SHIFT

if TYPE_CHECKING:
    from rituals.plan import Plan


def fit_overrides(act: Act, plan: "Plan", before: Recurrence, after: Recurrence) -> None:
    """Keep each single change to come whose original start the new rule still holds; drop the rest and say so."""
    ahead = [one for one in plan.overrides if _starts_at(one, before) > act.now]
    lost = [one for one in ahead if before.zone != after.zone or not after.includes(one.original_starts)]
    for override in lost:
        plan.overrides.remove(override)
    act.session.flush()
    if lost:
        for partner in plan.couple.partners:
            tell(act.session, partner, plan.id, Happening.OVERRIDES_DROPPED, act.now)
    _leave_out_what_happened(act, plan, after)


def _starts_at(override: Override, recurrence: Recurrence) -> datetime:
    """When it would take place; for one left out, when it would have."""
    return moment(override.starts or override.original_starts, recurrence.zone)


def _leave_out_what_happened(act: Act, plan: "Plan", after: Recurrence) -> None:
    """What was held already is not held again, though by the new rule or in the new zone it were still to come."""
    now = wall_clock(act.now, after.zone)
    near = or_(Occurrence.starts_at > act.now - LARGEST_SHIFT, Occurrence.original_starts > now)
    held = select(Occurrence.original_starts).where(
        Occurrence.plan_id == plan.id, Occurrence.standing == Standing.PLANNED, Occurrence.starts_at <= act.now, near
    )
    changed = {one.original_starts: one.starts for one in plan.overrides}
    for original in act.session.scalars(held).all():
        starts = changed.get(original, original)
        if starts is not None and after.includes(original) and moment(starts, after.zone) > act.now:
            plan.override(act, original, None)
