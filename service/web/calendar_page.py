"""What the page of one's own calendar shows of a calendar that is connected."""

from dataclasses import dataclass

from rituals.connection import CalendarConnection, Reminder, Way
from rituals.linked_calendar import LinkedCalendar
from rituals.placement import Placement
from service import when
from service.calendar_troubles import Remedy, remedy
from service.web.calendar_ways import NAMES
from service.web.visit import Visit

REMINDERS = (
    (Reminder.HABIT, "As my calendar always does"),
    (Reminder.NONE, "Not at all"),
    (Reminder.AT_THE_START, "At the start"),
    (Reminder.TEN_MINUTES, "Ten minutes before"),
    (Reminder.AN_HOUR, "An hour before"),
)


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A ritual that its owner deleted there."""

    plan_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A connected calendar: how it is, and what can be done about it."""

    way: Way
    kind: str
    name: str
    health: str
    remedy: Remedy | None
    lets_us_in: bool
    reminder: Reminder
    taken_out: tuple[TakenOut, ...]


def linked_of(visit: Visit, connection: CalendarConnection | None) -> Linked | None:
    linked = LinkedCalendar.of(visit.session, connection) if connection is not None else None
    if connection is None or linked is None:
        return None
    return Linked(
        way=connection.way,
        kind=NAMES[connection.way],
        name=linked.name,
        health=health(linked, visit),
        remedy=remedy(linked),
        lets_us_in=linked.is_open,
        reminder=connection.reminder,
        taken_out=tuple(
            TakenOut(placement.plan_id, placement.plan.ritual_name)
            for placement in Placement.taken_out(visit.session, connection)
        ),
    )


def health(linked: LinkedCalendar, visit: Visit) -> str:
    """Read 3 minutes ago, written yesterday."""
    spoken = [
        f"{done} {when.ago(at, visit.partner.zone, visit.now)}"
        for done, at in (("read", linked.read_at), ("written", linked.written_at))
        if at is not None
    ]
    if not spoken:
        return "It has not been read yet; that takes a minute."
    words = ", ".join(spoken)
    return f"{words[0].upper()}{words[1:]}."


def calendar_before(visit: Visit, way: Way) -> str | None:
    """Which calendar is connected by this way already: it is taken up again where that is possible."""
    linked = LinkedCalendar.current(visit.session, visit.partner)
    if linked is None or linked.connection.way != way:
        return None
    try:
        return linked.access(visit.services.vault).calendar
    except ValueError:
        return None


def parting(visit: Visit, *, is_linked: bool) -> str:
    """Said while the calendar before is still being cleared."""
    if not LinkedCalendar.is_parting(visit.session, visit.partner):
        return ""
    if is_linked:
        return "The calendar before is being cleared. The new one fills in a minute."
    return "Your calendar is being cleared. That takes a minute."
