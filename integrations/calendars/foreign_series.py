"""When the events of one series take place: by recurring-ical-events, which is given wall clocks alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vRecur
from recurring_ical_events import CalendarQuery

from integrations.calendars.foreign_event import LONGEST_REPEATED, Entry
from integrations.calendars.foreign_zone import moment, wall_clock
from rituals.stretch import Stretch

DAY = timedelta(days=1)
FAR_BACK = LONGEST_REPEATED + 2 * DAY
_STEPS = {"DAILY": DAY, "WEEKLY": 7 * DAY}


@dataclass(frozen=True, slots=True)
class Window:
    starts_at: datetime
    ends_at: datetime

    def clipped(self, starts_at: datetime, ends_at: datetime) -> Stretch | None:
        starts_at, ends_at = max(starts_at, self.starts_at), min(ends_at, self.ends_at)
        return Stretch(starts_at, ends_at) if starts_at < ends_at else None


def expand(entries: Sequence[Entry], window: Window) -> Iterator[Stretch]:
    """The stretches of one UID that reach into the window."""
    changed = [entry for entry in entries if entry.original is not None]
    for entry in entries:
        if not entry.is_busy:
            continue
        if entry.repeats and entry.original is None:
            yield from _repeated(entry, changed, window)
        elif not entry.from_there_on or len(changed) == len(entries):
            yield from _once(entry, entry.starts, entry.length, window)


def _once(entry: Entry, starts: datetime, length: timedelta, window: Window) -> Iterator[Stretch]:
    """Ends are found from the moment: added on the wall clock, a change of the clocks would stretch them."""
    starts_at = moment(starts, entry.zone)
    ends_at = moment(starts + length, entry.zone) if entry.is_whole_days else starts_at + length
    stretch = window.clipped(starts_at, ends_at)
    if stretch is not None:
        yield stretch


def _repeated(entry: Entry, changed: Sequence[Entry], window: Window) -> Iterator[Stretch]:
    calendar = Calendar()
    calendar.add_component(_series(entry, changed, window))
    for other in changed:
        if other.from_there_on and other.is_busy:
            calendar.add_component(_from_there_on(other, entry))
    since = wall_clock(window.starts_at, entry.zone) - DAY
    until = wall_clock(window.ends_at, entry.zone) + DAY
    for series in CalendarQuery(calendar).series:
        for occurrence in series.between(since, until):
            yield from _once(entry, occurrence.start, occurrence.end - occurrence.start, window)


def _series(entry: Entry, changed: Sequence[Entry], window: Window) -> Event:
    """The master, whose dates that differ are left out: they stand for themselves."""
    event = Event()
    event.add("UID", "series")
    event.add("DTSTART", _brought_near(entry, window))
    event.add("DURATION", entry.length)
    if entry.rule is not None:
        event.add("RRULE", vRecur.from_ical(_written(entry)))
    if entry.further:
        event.add("RDATE", list(entry.further))
    alone = [other.original for other in changed if other.original is not None and not _goes_on(other)]
    left_out = [stamp.local(entry.zone, entry.starts) for stamp in (*entry.left_out, *alone)]
    if left_out:
        event.add("EXDATE", left_out)
    return event


def _goes_on(entry: Entry) -> bool:
    return entry.from_there_on and entry.is_busy


def _from_there_on(entry: Entry, series: Entry) -> Event:
    event = Event()
    event.add("UID", "series")
    starts = wall_clock(moment(entry.starts, entry.zone), series.zone)
    event.add("DTSTART", starts)
    event.add("DURATION", entry.length)
    if entry.original is not None:
        original = entry.original.local(series.zone, series.starts)
        event.add("RECURRENCE-ID", original, parameters={"RANGE": "THISANDFUTURE"})
    return event


def _written(entry: Entry) -> str:
    """The rule again, UNTIL on the wall clock like the rest; a date means all of that day."""
    rule = dict(entry.rule or {})
    until = rule.get("UNTIL", "")
    if len(until) == len("20270328"):
        rule["UNTIL"] = f"{until}T235959"
    elif until.endswith("Z"):
        at = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        rule["UNTIL"] = f"{wall_clock(at, entry.zone):%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in rule.items())


def _brought_near(entry: Entry, window: Window) -> datetime:
    """An old series begins whole rounds later: nobody looks at its first twenty years."""
    rule = entry.rule or {}
    step = _STEPS.get(rule.get("FREQ", ""))
    if step is None or "COUNT" in rule or entry.further:
        return entry.starts
    step *= int(rule.get("INTERVAL", "1"))
    room = wall_clock(window.starts_at, entry.zone) - FAR_BACK - entry.starts
    return entry.starts + max(room // step, 0) * step
