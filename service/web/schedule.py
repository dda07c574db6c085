"""When something happens, in words for one reader: on their own clock, and on the other's where it differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rituals.recurrence import Instance, Recurrence, wall_clock
from rituals.rhythm import words
from rituals.zone import zone_info
from service import when
from service.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose clock is shown, and who else reads along."""

    zone: str
    now: datetime
    other_name: str = ""
    other_zone: str = ""

    @classmethod
    def of(cls, visit: Visit) -> "Reader":
        other = visit.couple.other(visit.partner)
        if other is None:
            return cls(visit.partner.zone, visit.now)
        return cls(visit.partner.zone, visit.now, other.name, other.zone)

    def elsewhere(self, moment: datetime) -> str:
        """'18:00 for Alex in London', with the day where it is another one; nothing where both read the same."""
        if not self.other_zone or wall_clock(moment, self.zone) == wall_clock(moment, self.other_zone):
            return ""
        theirs = wall_clock(moment, self.other_zone)
        day = "" if theirs.date() == wall_clock(moment, self.zone).date() else f"{theirs:%A}, "
        return f"{day}{theirs:%H:%M} for {self.other_name} in {when.city(self.other_zone)}"


@dataclass(frozen=True, slots=True)
class DateLine:
    """One date in a list."""

    moment: str
    words: str
    elsewhere: str


def date_line(starts_at: datetime, reader: Reader) -> DateLine:
    day, clock = when.full_day(starts_at, reader.zone, reader.now), when.clock(starts_at, reader.zone)
    return DateLine(starts_at.isoformat(), f"{day}, {clock}", reader.elsewhere(starts_at))


def date_lines(instances: Iterable[Instance], reader: Reader) -> list[DateLine]:
    return [date_line(instance.starts_at, reader) for instance in instances]


def rhythm(recurrence: Recurrence) -> str:
    """Every weekday; for a single time, its day."""
    if recurrence.rule is None:
        return f"once, on {when.day(recurrence.starts.date())}"
    return words(recurrence.rule, recurrence.starts, zone=recurrence.zone)


def clock_of(recurrence: Recurrence, reader: Reader) -> str:
    """07:30; '07:30 Madrid time (01:30 for you)' where the reader's clock shows another hour."""
    start = f"{recurrence.starts:%H:%M}"
    first = next(iter(recurrence.upcoming(reader.now, 1)), None)
    here = when.clock(first.starts_at, reader.zone) if first else ""
    if recurrence.zone == reader.zone or here == start:
        return start
    mine = f" ({here} for you)" if here else ""
    return f"{start} {when.city(recurrence.zone)} time{mine}"


def sentence(recurrence: Recurrence, reader: Reader) -> str:
    """Every weekday at 07:30, 20 minutes"""
    often = rhythm(recurrence)
    length = when.length(recurrence.duration)
    return f"{often[0].upper()}{often[1:]} at {clock_of(recurrence, reader)}, {length}"


def night_warning(recurrence: Recurrence, reader: Reader) -> str:
    """For starts in the small hours of a night on which the clocks change."""
    touched = next(iter(recurrence.night_changes(reader.now, 1)), None)
    if touched is None:
        return ""
    starts = touched.original_starts
    year = f" {starts.year}" if starts.year != reader.now.year else ""
    night = f"The clocks change in the night of {when.day(starts.date())}{year}"
    begins = wall_clock(touched.starts_at, recurrence.zone)
    if begins != starts:
        return f"{night}: {starts:%H:%M} is left out, and it begins at {begins:%H:%M}, once."
    if _comes_twice(starts, recurrence.zone):
        return f"{night}: {starts:%H:%M} comes twice, and it begins at the first of the two, once."
    return f"{night}, close to this start."


def _comes_twice(starts: datetime, zone: str) -> bool:
    local = starts.replace(tzinfo=zone_info(zone))
    return local.utcoffset() != local.replace(fold=1).utcoffset()
