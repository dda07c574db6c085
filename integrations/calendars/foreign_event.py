"""One event of a foreign file as times alone: when, how long, how often, and whether its owner is taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from integrations.calendars.foreign_rule import bounded
from integrations.calendars.foreign_text import Line, Part
from integrations.calendars.foreign_zone import Zones, moment, wall_clock

FIRST_YEAR, LAST_YEAR = 1900, 2199
MIDNIGHT = datetime(FIRST_YEAR, 1, 1)  # noqa: DTZ001  the time of day alone
DATES_AT_MOST = 5000
RULES_AT_MOST = 5
LONGEST_REPEATED = timedelta(days=31)
_VALUE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_DURATION = re.compile(r"\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_FREE = frozenset({"FREE", "WORKINGELSEWHERE"})
_AWAY = frozenset({"BUSY", "OOF", "TENTATIVE"})


class UnreadableError(ValueError):
    """This event is left out: it makes no sense, or would take too long."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date, or a wall-clock time with its zone; no zone where the file leaves it open."""

    value: date
    zone: tzinfo | None = None

    @property
    def is_date(self) -> bool:
        return not isinstance(self.value, datetime)

    def local(self, zone: tzinfo, like: datetime) -> datetime:
        """Its wall clock in `zone`; a date has the time of day of `like`."""
        if not isinstance(self.value, datetime):
            return datetime.combine(self.value, like.time())
        if self.zone is None or self.zone is zone:
            return self.value
        return wall_clock(moment(self.value, self.zone), zone)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, or one date of a series that differs from it. Wall clocks are those of `zone`."""

    uid: str
    zone: tzinfo
    starts: datetime
    length: timedelta
    """Exact; of whole days, by the calendar."""
    is_whole_days: bool
    is_busy: bool
    rule: dict[str, str] | None
    further: tuple[datetime, ...]
    left_out: tuple[Stamp, ...]
    original: Stamp | None
    """Which date of its series it stands for."""
    from_there_on: bool

    @property
    def repeats(self) -> bool:
        return self.rule is not None or bool(self.further)

    def at(self, starts: datetime, length: timedelta) -> "Entry":
        """The same once, at another time."""
        return replace(self, starts=starts, length=length, rule=None, further=(), left_out=())


def read(part: Part, zones: Zones, owner: str) -> list[Entry]:
    """The event, once for each of its rules; and for each further date that has a length of its own, one more."""
    start = part.first("DTSTART")
    if start is None:
        raise UnreadableError("no DTSTART")
    first = _stamp(start.value, start, zones)
    zone = first.zone or zones.floating
    if first.zone is not None and part.value("RRULE") and zones.has_own and start.value.upper().endswith("Z"):
        zone = zones.floating  # as Google writes repeated events: in UTC, meant by the calendar's clock
    starts = first.local(zone, MIDNIGHT)
    length = _length(part, zones, first, starts, zone)
    if -timedelta(days=1) < length < timedelta():
        starts, length = starts + length, -length  # some programs write start and end the wrong way round
    rules = _rules(part, starts, length)
    plain, periods = _further(part, zones)
    original = part.first("RECURRENCE-ID")
    entry = Entry(
        uid=part.value("UID"),
        zone=zone,
        starts=starts,
        length=length,
        is_whole_days=first.is_date,
        is_busy=_is_busy(part, whole_days=first.is_date, owner=owner),
        rule=next(iter(rules), None),
        further=tuple(stamp.local(zone, starts) for stamp in plain),
        left_out=tuple(_stamps(part, "EXDATE", zones)),
        original=_stamp(original.value, original, zones) if original is not None else None,
        from_there_on=original is not None and original.parameter("RANGE").upper() == "THISANDFUTURE",
    )
    others = [replace(entry, rule=rule, further=()) for rule in rules[1:]]
    return [entry, *others, *(entry.at(stamp.local(zone, starts), own) for stamp, own in periods)]


def _rules(part: Part, starts: datetime, length: timedelta) -> list[dict[str, str]]:
    texts = [line.value for line in part.every("RRULE") if line.value]
    rules = [rule for text in texts[:RULES_AT_MOST] if (rule := bounded(text, starts)) is not None]
    if len(rules) != len(texts) or (rules and length > LONGEST_REPEATED):
        raise UnreadableError("a rule that is not expanded")
    return rules


def periods(part: Part, zones: Zones) -> Iterator[tuple[datetime, datetime]]:
    """The stretches that a published VFREEBUSY names as taken."""
    for line, value in _values(part, "FREEBUSY"):
        if line.parameter("FBTYPE").upper() == "FREE":
            continue
        start, _, end = value.partition("/")
        stamp = _stamp(start, line, zones)
        zone = stamp.zone or zones.floating
        starts_at = moment(stamp.local(zone, MIDNIGHT), zone)
        yield starts_at, starts_at + _period_length(stamp, end, line, zones)


def _stamp(value: str, line: Line, zones: Zones) -> Stamp:
    found = _VALUE.fullmatch(value.upper().strip())
    if found is None:
        raise UnreadableError("no date")
    year, month, day = (int(group) for group in found.groups()[:3])
    if year < FIRST_YEAR:
        raise UnreadableError("too long ago")
    year = min(year, LAST_YEAR)
    if found[4] is None:
        return Stamp(date(year, month, day))
    local = datetime(year, month, day, int(found[4]), int(found[5]), min(int(found[6]), 59))  # noqa: DTZ001
    tzid = line.parameter("TZID")
    return Stamp(local, zones.named("UTC") if found[7] else zones.named(tzid) if tzid else None)


def _stamps(part: Part, name: str, zones: Zones) -> list[Stamp]:
    return [_stamp(value, line, zones) for line, value in _values(part, name)]


def _further(part: Part, zones: Zones) -> tuple[list[Stamp], list[tuple[Stamp, timedelta]]]:
    """RDATE: plain starts, and periods with a length of their own."""
    plain: list[Stamp] = []
    own: list[tuple[Stamp, timedelta]] = []
    for line, value in _values(part, "RDATE"):
        start, slash, end = value.partition("/")
        stamp = _stamp(start, line, zones)
        if slash:
            own.append((stamp, _period_length(stamp, end, line, zones)))
        else:
            plain.append(stamp)
    return plain, own


def _values(part: Part, name: str) -> list[tuple[Line, str]]:
    lines = part.every(name)
    if sum(line.value.count(",") + 1 for line in lines) > DATES_AT_MOST:
        raise UnreadableError("too many dates")
    return [(line, value) for line in lines for value in line.value.split(",") if value]


def _period_length(start: Stamp, end: str, line: Line, zones: Zones) -> timedelta:
    """Of a period, whose end is a time or a duration."""
    if end.upper().startswith(("P", "+P")):
        return _duration(end)
    zone = start.zone or zones.floating
    closes = _stamp(end, line, zones).local(zone, MIDNIGHT)
    return moment(closes, zone) - moment(start.local(zone, closes), zone)


def _length(part: Part, zones: Zones, first: Stamp, starts: datetime, zone: tzinfo) -> timedelta:
    end = part.first("DTEND")
    if end is None:
        duration = part.value("DURATION")
        return _duration(duration) if duration else timedelta(days=first.is_date)
    last = _stamp(end.value, end, zones)
    closes = last.local(zone, MIDNIGHT)
    if first.is_date and last.is_date:
        return max(closes - starts, timedelta(days=1))
    return moment(closes, zone) - moment(starts, zone)


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text.strip().upper())
    if found is None:
        raise UnreadableError("no duration")
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _is_busy(part: Part, *, whole_days: bool, owner: str) -> bool:
    """Tentative is busy; whole days (birthdays, weeks) only where they are marked so."""
    if part.value("STATUS").upper() == "CANCELLED" or part.value("TRANSP").upper() == "TRANSPARENT":
        return False
    outlook = part.value("X-MICROSOFT-CDO-BUSYSTATUS").upper()
    if outlook in _FREE or (owner and _was_declined(part, owner)):
        return False
    return not whole_days or part.value("TRANSP").upper() == "OPAQUE" or outlook in _AWAY


def _was_declined(part: Part, owner: str) -> bool:
    mine = (line for line in part.every("ATTENDEE") if line.value.lower().removeprefix("mailto:") == owner.lower())
    return any(line.parameter("PARTSTAT").upper() == "DECLINED" for line in mine)
