"""A connected calendar that only its owner can help: told to that person alone, and four times at most."""

from rituals.calendar_interfaces import LASTING
from rituals.calendar_trouble import TOLD_AFTER
from rituals.linked_calendar import LinkedCalendar
from rituals.outbox import Letter as Row
from service.calendar_troubles import remedy
from service.emails.desk import Desk
from service.emails.mime import Letter


def calendar_trouble(desk: Desk, row: Row, linked: LinkedCalendar) -> Letter | None:
    """None once it is over, another way was chosen, or the space is closed."""
    connection, found = linked.connection, remedy(linked)
    couple = connection.partner.couple
    if found is None or linked.trouble not in LASTING or connection.ended_at is not None:
        return None
    if couple is None or not couple.is_open:
        return None
    words: dict[str, object] = {
        "what": found.words,
        "todo": found.todo,
        "is_last": linked.told >= len(TOLD_AFTER),
        "calendars_url": desk.links.calendars(),
        "leave_url": desk.links.leave(couple.id, connection.partner_id),
    }
    return desk.write("calendar_trouble", to=row.to, key=f"calendar-trouble.{row.id}", at=row.due_at, words=words)
