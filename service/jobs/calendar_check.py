"""What the next turn of somebody's connected calendar would do, without doing it."""

from collections.abc import Iterator
from datetime import datetime

from rituals.calendar_interfaces import Calendar, CalendarError, Changes
from rituals.couple import Partner
from rituals.errand import Lease
from rituals.linked_calendar import LinkedCalendar
from rituals.timetable import edits
from service.jobs.calendar_turn import Turn
from service.jobs.calendar_writing import Step, Writing
from service.services import Services


def check(services: Services, address: str) -> Iterator[str]:
    """A line for each thing that would change. Reads the calendar, and writes nothing anywhere."""
    with services.database.reading() as session:
        partner = Partner.with_address(session, address)
        linked = LinkedCalendar.current(session, partner) if partner is not None else None
        provider = services.calendars.get(linked.connection.way) if linked is not None else None
        if linked is None or linked.sealed is None or provider is None:
            yield "There is no connected calendar at this address."
            return
        yield _health(linked)
        nobody = Lease(0, services.clock())
        turn = Turn(services, linked.id, linked.connection_id, nobody, services.clock())
        calendar, token = provider.open(linked.access(services.vault)), linked.token
    try:
        lines = [*_coming_in(turn, calendar.changes(token)), *_going_out(turn, calendar)]
        yield from lines or ["It is in step: nothing would change."]
    except CalendarError as error:
        yield f"It cannot be read: {error.trouble.value} ({error})."
    finally:
        calendar.close()


def _health(linked: LinkedCalendar) -> str:
    trouble = f"; trouble: {linked.trouble.value}, since {_when(linked.trouble_at)}" if linked.trouble else ""
    return (
        f"{linked.connection.way.value}: read {_when(linked.read_at)}, written {_when(linked.written_at)}, "
        f"to be looked at {_when(linked.look_at)}{trouble}."
    )


def _coming_in(turn: Turn, changes: Changes) -> Iterator[str]:
    with turn.services.database.reading() as session:
        for held in changes.held:
            placement = turn.find(session, held.uid)
            found = edits(held.timetable, *placement.written_states) if placement and placement.stands else None
            if found is None or not found:
                continue
            if found.series:
                yield f"from it: plan {placement.plan_id if placement else 0}: the series was changed"
            for original, starts in found.dates.items():
                yield f"from it: plan {placement.plan_id if placement else 0}: {original} {_became(original, starts)}"
        there = {held.uid for held in changes.held}
        for one in turn.placements(session):
            gone = one.plan.uid in changes.deleted or (changes.is_whole and one.plan.uid not in there)
            if one.shown is not None and gone:
                yield f"from it: plan {one.plan_id}: deleted there"


def _going_out(turn: Turn, calendar: Calendar) -> Iterator[str]:
    for step in Writing(turn, calendar).steps():
        yield f"to it: plan {step.plan_id}: {_done(step)}"


def _done(step: Step) -> str:
    if step.event is None:
        return "taken off"
    return "written" if step.etag is None else "written anew"


def _became(original: datetime, starts: datetime | None) -> str:
    if starts is None:
        return "was deleted"
    return "is back at its own time" if starts == original else f"was moved to {starts}"


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
