"""When the owner of an account is taken, in all calendars they have there."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from integrations.calendars.caldav.account import Account, Shelf
from integrations.calendars.caldav.collection import Collection
from integrations.calendars.caldav.dialogue import Dialogue, path_of, xml_headers
from integrations.calendars.caldav.xml import document, element
from integrations.calendars.foreign import busy_times
from integrations.calendars.icalendar.lines import written
from integrations.calendars.icalendar.mark import is_ours
from integrations.calendars.icalendar.reading import series_in
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.stretch import Stretch, merged

OWN = ""
CANNOT_BE_ASKED = frozenset({Trouble.REFUSED, Trouble.ODD, Trouble.GONE})
"""One calendar that makes no sense must not hide what the others say."""


def busy_times_of(
    account: Account, dialogue: Dialogue, own: Collection, starts_at: datetime, ends_at: datetime
) -> Sequence[Stretch]:
    """Merged and in order; ours are not counted."""
    asking = _Asking(dialogue, starts_at.astimezone(UTC), ends_at.astimezone(UTC))
    busy: list[Stretch] = []
    for shelf in _shelves(account, own):
        try:
            taken = asking.summary(shelf) if shelf.name != OWN else None
            busy += asking.events(shelf) if taken is None else taken
        except CalendarError as error:
            if error.trouble not in CANNOT_BE_ASKED or shelf.name == OWN:
                raise
    return merged(busy)


def _shelves(account: Account, own: Collection) -> Iterator[Shelf]:
    """The calendar itself first, also where the server does not say what else there is."""
    try:
        shelves = [shelf for shelf in account.shelves if shelf.counts_as_busy]
    except CalendarError as error:
        if error.trouble not in CANNOT_BE_ASKED:
            raise
        shelves = []
    zone = next((shelf.zone for shelf in shelves if shelf.zone), None)
    yield Shelf(OWN, own.address, is_writable=True, counts_as_busy=True, zone=zone)
    yield from (shelf for shelf in shelves if path_of(shelf.address, own.address) != own.path)


class _Asking:
    def __init__(self, dialogue: Dialogue, starts_at: datetime, ends_at: datetime) -> None:
        self._dialogue = dialogue
        self._owner = dialogue.user if "@" in dialogue.user else ""
        self._starts_at, self._ends_at = starts_at, ends_at
        self._from, self._to = f"{starts_at:%Y%m%dT%H%M%SZ}", f"{ends_at:%Y%m%dT%H%M%SZ}"

    def summary(self, shelf: Shelf) -> list[Stretch] | None:
        """By free-busy-query, which tells times and nothing else; None where the server cannot (many cannot)."""
        body = document("c:free-busy-query", element("c:time-range", start=self._from, end=self._to))
        response = self._dialogue.say("REPORT", shelf.address, body=body, headers=xml_headers("1"))
        if response.status != 200 or b"VFREEBUSY" not in response.body:
            return None
        try:
            return self._taken(response.body, shelf)
        except CalendarError:
            return None

    def events(self, shelf: Shelf) -> Iterator[Stretch]:
        """By what happens in that time, expanded here: servers expand wrongly in many ways."""
        for resource in Collection(self._dialogue, shelf.address).between(self._from, self._to):
            series = series_in(resource.calendar) if resource.calendar is not None else None
            if resource.calendar is None or (series is not None and series.mark is not None):
                continue
            try:
                yield from self._taken(written(resource.calendar), shelf)
            except CalendarError:
                continue  # One event that cannot be read.

    def _taken(self, ics: bytes, shelf: Shelf) -> list[Stretch]:
        zone = shelf.zone or "UTC"
        return busy_times(
            ics, starts_at=self._starts_at, ends_at=self._ends_at, zone=zone, ours=is_ours, owner=self._owner
        )
