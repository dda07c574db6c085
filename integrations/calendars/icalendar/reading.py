"""An event of ours as somebody's calendar holds it now, brought back to what a plan can say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.calendars.icalendar.lines import Component, Line
from integrations.calendars.icalendar.mark import STARTS, Mark
from integrations.calendars.icalendar.times import OddTimeError, Time, duration, time, times
from integrations.calendars.icalendar.zones import same_clock
from rituals.canonical import canonical
from rituals.recurrence import Recurrence, moment
from rituals.rule import RecurrenceError, Rule
from rituals.timetable import Timetable

MOST_DATES = 2000
LAST_OF_DAY = timedelta(hours=23, minutes=59, seconds=59)
LOCAL_UNTIL = re.compile(r"UNTIL=([0-9]{8}(?:T[0-9]{6})?)(?=;|$)")
BEYOND_WORDS = Timetable(None)


@dataclass(frozen=True, slots=True)
class Series:
    """The event itself, apart from its single dates."""

    calendar: Component
    event: Component
    mark: Mark | None

    @property
    def uid(self) -> str:
        return self.event.value("UID")

    @property
    def plan_uid(self) -> str:
        """Of a copy that a phone made: the plan's all the same."""
        return self.mark.uid if self.mark else self.uid


def series_in(calendar: Component) -> Series | None:
    """The event that a resource is about; None where there is none."""
    events = calendar.all("VEVENT")
    main = next((event for event in events if event.first("RECURRENCE-ID") is None), None)
    event = main or next(iter(events), None)
    return Series(calendar, event, Mark.read(event)) if event else None


def timetable(series: Series) -> Timetable:
    """Its times. What a plan cannot say, or what cannot be understood for certain, has no recurrence."""
    try:
        if series.event.first("RECURRENCE-ID") is not None:
            return BEYOND_WORDS
        found = _recurrence(series)
        if found.rule is None:
            return _once(series, found)
        if series.event.value("STATUS").upper() == "CANCELLED" or found.first() is None:
            return BEYOND_WORDS
        kept = _as_written(series, found)
        return Timetable(kept, dict(sorted(_dates(series, kept).items())))
    except (OddTimeError, RecurrenceError, OverflowError):
        return BEYOND_WORDS


def original(found: Time, recurrence: Recurrence) -> datetime:
    """The start by the rule that a RECURRENCE-ID or an EXDATE means, in whatever form it is written."""
    if found.is_day:
        return datetime.combine(found.local, recurrence.starts.time())
    local = found.within(recurrence.zone)
    if found.zone in {None, recurrence.zone} or recurrence.includes(local):
        return local
    # In a gap of the clocks the moment is that of another time on the wall than the rule names.
    at = found.moment
    near = recurrence.instances(after=at - timedelta(minutes=1), until=at)
    return next((one.original_starts for one in near if one.starts_at == at), local)


def start(component: Component, calendar: Component, zone: str) -> datetime:
    """When one date begins, by the clocks in `zone`. Raises OddTimeError."""
    found = time(component.first("DTSTART"), calendar)
    if found.is_day:
        raise OddTimeError("a date that takes the whole day")
    meant = component.first(STARTS)
    if meant is not None and found.zone is not None:
        local = time(Line("DTSTART", "", meant.value), calendar).local
        if moment(local, zone) == found.moment:
            return local
    return found.within(zone)


def _recurrence(series: Series) -> Recurrence:
    starts = time(series.event.first("DTSTART"), series.calendar)
    if starts.is_day or starts.zone is None:
        raise OddTimeError("no time with a zone")
    if series.event.every("RDATE", "EXRULE"):
        raise OddTimeError("dates besides the rule")
    written = series.mark.recurrence if series.mark else None
    rules = series.event.every("RRULE")
    zone = starts.zone
    if written is not None and (same_clock(zone, written.zone, starts.local) or (zone == "UTC" and not rules)):
        zone = written.zone
    if len(rules) > 1:
        raise OddTimeError("several rules")
    local = start(series.event, series.calendar, zone)
    rule = Rule.parse(_rule_text(rules[0].value, local, zone)) if rules else None
    return Recurrence(local, zone, _length(series, starts), rule)


def _length(series: Series, starts: Time) -> timedelta:
    ends, length = series.event.first("DTEND"), series.event.first("DURATION")
    if ends is None and length is not None:
        return duration(length.value)
    return time(ends, series.calendar).moment - starts.moment


def _rule_text(text: str, local: datetime, zone: str) -> str:
    """In the words of our grammar: what a yearly rule repeats of its start, and ends that are no moments."""
    text = text.strip().upper()
    if "FREQ=YEARLY" in text:
        text = ";".join(
            part for part in text.split(";") if part not in {f"BYMONTH={local.month}", f"BYMONTHDAY={local.day}"}
        )
    found = LOCAL_UNTIL.search(text)
    if found is None:
        return text
    until = time(Line("UNTIL", "", found[1]), Component("VCALENDAR"))
    at = moment(until.local + LAST_OF_DAY if until.is_day else until.local, zone)
    return text.replace(found[0], f"UNTIL={at:%Y%m%dT%H%M%SZ}")


def _as_written(series: Series, found: Recurrence) -> Recurrence:
    """In the plan's own words where it is the plan's rhythm: programs write the same rule in many ways."""
    written = series.mark.recurrence if series.mark else None
    if written is None or written.rule is None or found == written:
        return found
    return written if canonical(written) == canonical(found) else found


def _once(series: Series, found: Recurrence) -> Timetable:
    """What happens once is moved, not begun anew."""
    written = series.mark.recurrence if series.mark else None
    is_cancelled = series.event.value("STATUS").upper() == "CANCELLED"
    if written is None or written.rule is not None or (written.zone, written.duration) != (found.zone, found.duration):
        return Timetable(found, {found.starts: None} if is_cancelled else {})
    if is_cancelled:
        return Timetable(written, {written.starts: None})
    same = moment(found.starts, found.zone) == moment(written.starts, written.zone)
    return Timetable(written, {} if same else {written.starts: found.starts})


def _dates(series: Series, recurrence: Recurrence) -> dict[datetime, datetime | None]:
    dates: dict[datetime, datetime | None] = {}
    for count, (starts, differing) in enumerate(_differing(series, recurrence)):
        if count >= MOST_DATES:
            raise OddTimeError("more single dates than anybody has")
        dates[starts] = differing
    fitting = {starts: differing for starts, differing in dates.items() if recurrence.includes(starts)}
    return {
        starts: differing
        for starts, differing in fitting.items()
        if differing is None or moment(differing, recurrence.zone) != moment(starts, recurrence.zone)
    }


def _differing(series: Series, recurrence: Recurrence) -> Iterator[tuple[datetime, datetime | None]]:
    """Those moved first: what is left out as well is left out."""
    for component in overrides(series.calendar, series.uid):
        named = component.first("RECURRENCE-ID")
        if named is not None and named.parameter("RANGE"):
            raise OddTimeError("from one date on")
        starts = original(time(named, series.calendar), recurrence)
        is_cancelled = component.value("STATUS").upper() == "CANCELLED"
        yield starts, None if is_cancelled else start(component, series.calendar, recurrence.zone)
    for line in series.event.every("EXDATE"):
        for found in times(line, series.calendar):
            yield original(found, recurrence), None


def overrides(calendar: Component, uid: str) -> list[Component]:
    """The single dates of the event that stand apart."""
    events = calendar.all("VEVENT")
    return [event for event in events if event.first("RECURRENCE-ID") is not None and event.value("UID") == uid]
