"""When a partner is taken, by every calendar that may be asked: asked anew each time, and nothing of it kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from sqlalchemy.orm import Session

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.couple import Partner
from rituals.ics_address import IcsAddress
from rituals.linked_calendar import LinkedCalendar
from rituals.stretch import Stretch, merged
from service.logs import event
from service.services import Services

PATIENCE = timedelta(seconds=40)
"""After so long no further calendar of theirs is asked."""
SOON = timedelta(minutes=1)
Look = Callable[[datetime, datetime], Sequence[Stretch]]


@dataclass(frozen=True, slots=True)
class Known:
    """What their calendars say together. It knows of no title, place or calendar."""

    taken: tuple[Stretch, ...]
    failed: tuple[CalendarError, ...]
    """Calendars that could not be read, and so are not in it."""

    @property
    def may_be_read_soon(self) -> bool:
        """Worth asking again, and not sooner than their servers wish."""
        soon = (one for one in self.failed if not one.is_lasting)
        return any(one.retry_after is None or one.retry_after <= SOON for one in soon)

    def touches(self, starts_at: datetime, ends_at: datetime) -> bool:
        return any(one.starts_at < ends_at and one.ends_at > starts_at for one in self.taken)


def known_busy(services: Services, partner_id: int, starts_at: datetime, ends_at: datetime) -> Known:
    """Call it with no transaction open: servers are asked."""
    taken: list[Stretch] = []
    failed: list[CalendarError] = []
    ends = monotonic() + PATIENCE.total_seconds()
    for look in _looks(services, partner_id):
        if monotonic() > ends:
            failed.append(CalendarError("The others took too long.", Trouble.BUSY))
            continue
        try:
            busy = look(starts_at, ends_at)
        except CalendarError as error:
            event("busy.unknown", partner=partner_id, trouble=error.trouble.value)
            failed.append(error)
        else:
            taken += busy
    return Known(tuple(merged(taken)), tuple(failed))


def look_at_address(services: Services, address_id: int, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
    """One published calendar; beside it stands afterwards how it went. Raises CalendarError."""
    try:
        busy = _published(services, address_id, starts_at, ends_at)
    except CalendarError as error:
        _note(services, address_id, error)
        raise
    _note(services, address_id, None)
    return busy


def _published(services: Services, address_id: int, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
    with services.database.reading() as session:
        row = session.get(IcsAddress, address_id)
        if row is None or services.addresses is None:
            return ()
        zone, owner = row.partner.zone, row.partner.address
        try:
            address = row.address(services.vault)
        except ValueError as error:
            raise CalendarError("The address cannot be unsealed any more.", Trouble.RECONNECT) from error
    return services.addresses.busy(address, starts_at, ends_at, zone=zone, owner=owner)


def _looks(services: Services, partner_id: int) -> list[Look]:
    with services.database.reading() as session:
        partner = session.get(Partner, partner_id)
        if partner is None or not partner.is_coupled:
            return []
        linked = _linked(services, session, partner)
        addresses = [row.id for row in IcsAddress.all_of(session, partner)]
    looks: list[Look] = [partial(look_at_address, services, row) for row in addresses]
    return [linked, *looks] if linked is not None else looks


def _linked(services: Services, session: Session, partner: Partner) -> Look | None:
    linked = LinkedCalendar.current(session, partner)
    provider = services.calendars.get(linked.connection.way) if linked is not None else None
    if linked is None or provider is None or not linked.is_open:
        return None
    try:
        access = linked.access(services.vault)
    except ValueError:
        return None

    def look(starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
        calendar = provider.open(access)
        try:
            return calendar.busy(starts_at, ends_at)
        finally:
            calendar.close()

    return look


def _note(services: Services, address_id: int, error: CalendarError | None) -> None:
    with services.database.recording() as session:
        row = session.get(IcsAddress, address_id)
        if row is None:
            return
        if error is None:
            row.was_read(services.clock())
        else:
            row.went_wrong(error, services.clock())
