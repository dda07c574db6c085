"""What somebody changed in their own calendar app, brought back into the plan that both share."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from rituals.act import Act
from rituals.calendar_interfaces import Held
from rituals.horizon import occurrence_at
from rituals.news import Happening, tell
from rituals.occurrence import Occurrence
from rituals.placement import Placement
from rituals.plan import Plan
from rituals.recurrence import Recurrence, moment
from rituals.refused import RefusedError
from rituals.suggestion import Suggestion
from rituals.timetable import as_written, edits
from rituals.version import Terms

Suits = Callable[[datetime, datetime], bool]
"""Whether a stretch of time suits both as far as is known: inside their ritual hours, and not taken."""


def take_in(act: Act, plan: Plan, placement: Placement, held: Held, *, suits: Suits, copy: Held | None = None) -> None:
    """What differs from all that we wrote is a wish of the calendar's owner, who is `act.by`.

    A date that suits both moves at once; one that does not waits for the other's yes; a changed series is a
    new version, and waits as well. Whatever waits stands at its old time meanwhile, in both calendars. `copy`
    is the event that the phone split off, for 'this and all following'. The caller holds the plan's lock.
    """
    written = placement.written_states
    seen = as_written(held.timetable, *written)
    placement.was_seen(replace(held, timetable=seen))
    placement.put_back()  # if its owner had deleted it: they took it out of the bin
    if not written or not plan.is_running:
        return
    found = edits(seen, *written)
    if found.series or copy is not None:
        _change_series(act, plan, copy.timetable.recurrence if copy is not None else seen.recurrence)
    for original, starts in found.dates.items():
        _change_date(act, plan, original, starts, suits)


def take_out(act: Act, plan: Plan, placement: Placement) -> None:
    """It is gone from there. Unless that was us, its owner deleted it: it stays so, and stands for both as before.

    What happens once is left out by that, for both, as any single date.
    """
    if placement.may_be_taken_off or (_stood_once(placement) and _leave_out_once(act, plan)):
        placement.is_off()
    else:
        placement.was_deleted(act.now)
        if plan.is_running:
            tell(act.session, act.by, plan.id, Happening.TAKEN_OUT, act.now)


def _stood_once(placement: Placement) -> bool:
    return all(one.recurrence is not None and one.recurrence.rule is None for one in placement.written_states)


def _leave_out_once(act: Act, plan: Plan) -> bool:
    recurrence = plan.recurrence
    if not plan.is_running or recurrence is None or recurrence.rule is not None:
        return False
    occurrence = occurrence_at(act.session, plan, recurrence.starts)
    if occurrence is None or occurrence.has_started(act.now):
        return False
    if occurrence.stands():
        occurrence.skip(act)
    return True


def _change_series(act: Act, plan: Plan, recurrence: Recurrence | None) -> None:
    agreed = plan.agreed
    terms = _terms(recurrence, agreed.intention, act.now) if agreed is not None else None
    if agreed is None or terms is None:
        tell(act.session, act.by, plan.id, Happening.NOT_FOLLOWED, act.now)
        return
    waiting = plan.open_version
    standing = [agreed.recurrence] if waiting is None else [agreed.recurrence, waiting.recurrence]
    known = [one.remaining_or_none(act.now) for one in standing]
    if terms.recurrence not in known:
        plan.suggest(act, terms)
        tell(act.session, act.by, plan.id, Happening.SERIES_WAITS, act.now)


def _terms(recurrence: Recurrence | None, intention: str, now: datetime) -> Terms | None:
    """What a version could say of it; None for what a plan cannot say, or what is over."""
    try:
        return Terms.of(recurrence.remaining(now), intention, now) if recurrence is not None else None
    except RefusedError:
        return None


def _change_date(act: Act, plan: Plan, original: datetime, starts: datetime | None, suits: Suits) -> None:
    occurrence = occurrence_at(act.session, plan, original)
    if occurrence is None or (occurrence.has_happened(act.now) and _is_over(plan, starts, act.now)):
        return  # a date of another rule, or one that is over: it stays as its owner has it
    try:
        _follow(act, plan, occurrence, starts, suits)
    except RefusedError:
        tell(act.session, act.by, plan.id, Happening.NOT_FOLLOWED, act.now, occurrence_id=occurrence.id)


def _is_over(plan: Plan, starts: datetime | None, now: datetime) -> bool:
    return starts is None or plan.recurrence is None or moment(starts, plan.recurrence.zone) <= now


def _follow(act: Act, plan: Plan, occurrence: Occurrence, starts: datetime | None, suits: Suits) -> None:
    recurrence = plan.recurrence
    if recurrence is None:
        return
    if starts is None:
        if occurrence.stands():
            occurrence.skip(act)
        return
    starts_at = moment(starts, recurrence.zone)
    if occurrence.stands() and occurrence.starts_at == starts_at:
        return
    if starts == occurrence.original_starts or suits(starts_at, starts_at + recurrence.duration):
        occurrence.move(act, starts)
    else:
        Suggestion.make(act, occurrence, starts)
