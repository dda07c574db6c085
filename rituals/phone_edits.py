"""What somebody changed in their own calendar app, brought back into the plan that both share."""

from collections.abc import Callable
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
from rituals.timetable import edits
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
    placement.was_seen(held)
    placement.put_back()  # if its owner had deleted it: they took it out of the bin
    if not written or not plan.is_running:
        return
    found = edits(held.timetable, *written)
    if found.series or copy is not None:
        _change_series(act, plan, copy.timetable.recurrence if copy is not None else held.timetable.recurrence)
    for original, starts in found.dates.items():
        _change_date(act, plan, original, starts, suits)


def take_out(act: Act, plan: Plan, placement: Placement) -> None:
    """The calendar's owner deleted the whole ritual there: it stays deleted, and stands for both as before."""
    was_there = placement.shown is not None
    placement.was_deleted(act.now)
    if was_there and plan.is_running:
        tell(act.session, act.by, plan.id, Happening.TAKEN_OUT, act.now)


def _change_series(act: Act, plan: Plan, recurrence: Recurrence | None) -> None:
    agreed = plan.agreed
    terms = _terms(recurrence, agreed.intention, act.now) if agreed is not None else None
    if agreed is None or terms is None:
        tell(act.session, act.by, plan.id, Happening.NOT_FOLLOWED, act.now)
        return
    waiting = plan.open_version
    known = (waiting.recurrence if waiting is not None else None, agreed.recurrence.remaining_or_none(act.now))
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
    if occurrence is None or occurrence.has_happened(act.now):
        return  # a date of another rule, or one that is over: it stays as its owner has it
    try:
        _follow(act, plan, occurrence, starts, suits)
    except RefusedError:
        tell(act.session, act.by, plan.id, Happening.NOT_FOLLOWED, act.now, occurrence_id=occurrence.id)


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
