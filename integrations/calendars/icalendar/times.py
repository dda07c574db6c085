"""Dates, times and lengths as they are written in a calendar (RFC 5545, section 3.3)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.calendars.icalendar.lines import Component, Line
from integrations.calendars.icalendar.zones import zone_named
from rituals.zone import moment, wall_clock

TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")
DURATION = re.compile(
    r"\+?P(?:([0-9]{1,4})W|(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?)"
)


class OddTimeError(ValueError):
    """A time that cannot be understood for certain."""


@dataclass(frozen=True, slots=True)
class Time:
    """`zone` None: floating, the clock of whoever looks. Of a whole day, `local` is its midnight."""

    local: datetime
    zone: str | None
    is_day: bool

    def within(self, zone: str) -> datetime:
        """What the clocks in `zone` show then; floating times and days are taken for times there."""
        if self.zone is None or self.zone == zone:
            return self.local
        return wall_clock(moment(self.local, self.zone), zone)

    @property
    def moment(self) -> datetime:
        if self.zone is None or self.is_day:
            raise OddTimeError("a time without a zone")
        return moment(self.local, self.zone)


def times(line: Line, calendar: Component) -> list[Time]:
    """All that stand on the line. Raises OddTimeError."""
    tzid = line.parameter("TZID")
    zone = zone_named(tzid, calendar) if tzid else None
    if tzid and zone is None:
        raise OddTimeError("a time zone that nobody knows")
    return [_time(text.strip(), zone) for text in line.value.split(",") if text.strip()]


def time(line: Line | None, calendar: Component) -> Time:
    """The one on the line. Raises OddTimeError."""
    found = times(line, calendar) if line else []
    if len(found) != 1:
        raise OddTimeError("not exactly one time")
    return found[0]


def duration(text: str) -> timedelta:
    """Raises OddTimeError."""
    found = DURATION.fullmatch(text.strip().upper())
    if found is None:
        raise OddTimeError("a length that cannot be read")
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _time(text: str, zone: str | None) -> Time:
    found = TIME.fullmatch(text.upper())
    if found is None:
        raise OddTimeError("a time that cannot be read")
    try:
        year, month, day, hour, minute, second = (int(number or 0) for number in found.groups()[:6])
        local = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall-clock time
    except ValueError as error:
        raise OddTimeError("a time that does not exist") from error
    is_day = found[4] is None
    return Time(local, None if is_day else "UTC" if found[7] else zone, is_day)
