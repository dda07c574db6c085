"""When somebody is taken, from an iCalendar file that anybody may have written: read with every care."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from integrations.calendars.foreign_event import Entry, periods, read
from integrations.calendars.foreign_series import Window, expand
from integrations.calendars.foreign_text import Part, calendar_zone, parts, unfolded
from integrations.calendars.foreign_zone import Zones
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.stretch import Stretch, merged

SIZE_LIMIT = 10_000_000
COMPONENTS_AT_MOST = 20_000
STRETCHES_AT_MOST = 50_000
SECONDS_AT_MOST = 5.0
ODDITIES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What the libraries raise over one event that makes no sense; the other events are read all the same."""


def busy_times(
    ics: bytes,
    *,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    ours: Callable[[str], bool],
    owner: str = "",
) -> list[Stretch]:
    """The stretches between the two moments in which the calendar's owner is taken, merged and in order.

    `zone` is the owner's clock, for times that name none we know. Events whose UID is `ours` do not count,
    nor those that `owner`, an e-mail address, has declined. What cannot be read is left out, event by event;
    raises CalendarError (ODD) where nothing can be, or where reading all would take too much.
    """
    if len(ics) > SIZE_LIMIT:
        raise _odd("The calendar is too large.")
    lines = unfolded(ics)
    if not any(line.strip().upper() == "BEGIN:VCALENDAR" for line in lines):
        raise _odd("This is not a calendar.")
    found = list(parts(lines))
    if len(found) > COMPONENTS_AT_MOST:
        raise _odd("The calendar holds too many events.")
    brought = {tzid: part.raw for part in found if (tzid := part.zone_name)}
    reading = _Reading(Zones(zone, calendar_zone(lines), brought), Window(starts_at, ends_at), owner)
    for part in found:
        reading.take(part)
    reading.expand(ours)
    if reading.failed and not reading.managed:
        raise _odd("Nothing in this calendar can be read.")
    return merged(reading.found)


@dataclass(slots=True)
class _Reading:
    """One file being read, and the time it may take."""

    zones: Zones
    window: Window
    owner: str
    found: list[Stretch] = field(default_factory=list)
    series: dict[str, list[Entry]] = field(default_factory=dict)
    managed: int = 0
    failed: int = 0
    ends: float = field(default_factory=lambda: monotonic() + SECONDS_AT_MOST)

    def take(self, part: Part) -> None:
        try:
            if part.kind == "VEVENT":
                for entry in read(part, self.zones, self.owner):
                    self.series.setdefault(entry.uid or f"\0{id(part)}", []).append(entry)
            elif part.kind == "VFREEBUSY":
                self._keep(self.window.clipped(*period) for period in periods(part, self.zones))
                self.managed += 1
        except ODDITIES:
            self.failed += 1
        self._within()

    def expand(self, ours: Callable[[str], bool]) -> None:
        for entries in self.series.values():
            try:
                if not ours(entries[0].uid):
                    self._keep(expand(entries, self.window))
                self.managed += 1
            except ODDITIES:
                self.failed += 1
            self._within()

    def _keep(self, stretches: Iterator[Stretch | None]) -> None:
        for one in stretches:
            self._within()
            if one is not None:
                self.found.append(one)

    def _within(self) -> None:
        if len(self.found) > STRETCHES_AT_MOST or monotonic() > self.ends:
            raise _odd("Reading the whole calendar would take too much.")


def _odd(message: str) -> CalendarError:
    return CalendarError(message, Trouble.ODD)
