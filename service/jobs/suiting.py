"""Whether a time suits both, as far as is known: their ritual hours, and what is taken in their calendars."""

from collections.abc import Sequence
from datetime import datetime

from rituals.act import Act
from rituals.calendar_interfaces import Busy, CalendarError
from rituals.connection import CalendarConnection
from rituals.couple import Partner
from rituals.linked_calendar import LinkedCalendar
from rituals.ritual_hours import allows
from service.services import Services


def suits_both(act: Act, starts_at: datetime, ends_at: datetime) -> bool:
    """Inside the ritual hours of both, and outside whatever either keeps free."""
    return allows(act.session, act.couple, starts_at, ends_at)


def busy_elsewhere(services: Services, partner_id: int, starts_at: datetime, ends_at: datetime) -> Sequence[Busy]:
    """When this partner is taken, by the calendar they connected; nothing where none can be asked."""
    with services.database.reading() as session:
        partner = session.get_one(Partner, partner_id)
        connection = CalendarConnection.current(session, partner)
        linked = LinkedCalendar.of(session, connection) if connection is not None else None
        provider = services.calendars.get(connection.way) if connection is not None else None
        if linked is None or provider is None or not linked.is_open:
            return ()
        try:
            access = linked.access(services.vault)
        except ValueError:
            return ()
    calendar = provider.open(access)
    try:
        return calendar.busy(starts_at, ends_at)
    except CalendarError:
        return ()  # what is not known keeps nobody from moving anything
    finally:
        calendar.close()
