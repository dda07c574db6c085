"""The next dates of a plan, each with what can be done to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rituals import diary
from rituals.occurrence import Occurrence, Standing
from rituals.plan import Plan
from rituals.recurrence import moment
from service import when
from service.web.schedule import DateLine, Reader, date_line, date_lines
from service.web.visit import Visit


@dataclass(frozen=True, slots=True)
class NextDate:
    """One date ahead; without an id it lies so far ahead that it cannot be changed yet."""

    line: DateLine
    id: int | None = None
    note: str = ""
    is_skipped: bool = False
    can_return: bool = False
    """A skipped one whose own time is still to come."""


def next_dates(visit: Visit, plan: Plan, reader: Reader, limit: int, *, notes: Mapping[int, str]) -> list[NextDate]:
    """Those that stand as rows, and after them what the rule gives where the rows do not reach.

    `notes`: what else is to be said of one, by its id.
    """
    recurrence = plan.recurrence
    if not plan.is_running or recurrence is None:
        return []
    rows = diary.of_plan(visit.session, plan, after=visit.now, limit=limit)
    known = {row.original_starts for row in rows} | {override.original_starts for override in plan.overrides}
    beyond = [one for one in recurrence.upcoming(visit.now, 2 * limit) if one.original_starts not in known]
    lines = date_lines(beyond[: limit - len(rows)], reader)
    return [*(_of(row, reader, notes.get(row.id, "")) for row in rows), *(NextDate(line) for line in lines)]


def moved_from(occurrence: Occurrence, reader: Reader) -> str:
    """moved from Sunday 7 March, 19:00; nothing where it stands at its own time"""
    recurrence = occurrence.plan.recurrence
    if recurrence is None:
        return ""
    own = moment(occurrence.original_starts, recurrence.zone)
    if own == occurrence.starts_at:
        return ""
    return f"moved from {when.full_day(own, reader.zone, reader.now)}, {when.clock(own, reader.zone)}"


def _of(occurrence: Occurrence, reader: Reader, note: str) -> NextDate:
    skipped = occurrence.standing == Standing.SKIPPED
    recurrence = occurrence.plan.recurrence
    own = moment(occurrence.original_starts, recurrence.zone) if recurrence else occurrence.starts_at
    return NextDate(
        line=date_line(occurrence.starts_at, reader),
        id=occurrence.id,
        note="not this time" if skipped else note or moved_from(occurrence, reader),
        is_skipped=skipped,
        can_return=skipped and own > reader.now,
    )
