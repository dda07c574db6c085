"""Our event written into what stands in a calendar: what its owner added or reworded there stays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.calendars.icalendar.alarms import with_reminders
from integrations.calendars.icalendar.lines import Component, Line, parse, written, zones_named
from integrations.calendars.icalendar.mark import STARTS, TEXTS, WRITTEN, Mark, fingerprint
from integrations.calendars.icalendar.reading import Series, original, overrides, series_in
from integrations.calendars.icalendar.times import OddTimeError, time
from rituals.calendar_event import Event
from rituals.ics import resource
from rituals.vevent import instance

TIMES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "EXRULE", "RECURRENCE-ID", STARTS})
OURS = TIMES | {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", WRITTEN}
"""Ours alone to say, in every write."""
HABITS = frozenset({"STATUS", "TRANSP", "CLASS", "CREATED"})
"""Said by us once, and then as its owner likes: shown as free, say, or tentative."""
WITHDRAWN = "CANCELLED"
LONGEST_COUNT = 20
"""Digits; what has more is no count, and thousands of them are no number that can be read."""


def merged(event: Event, stored: Component | None) -> bytes:
    """The whole resource. `stored` is what stands there now, of us or of a phone; None where nothing can be read."""
    ours = parse(resource(event))
    theirs = series_in(stored) if stored is not None else None
    main, dates = _split(event, ours)
    texts = Texts(theirs.mark if theirs else None, Mark.of(event, main, theirs.mark if theirs else None))
    standing = theirs.event if theirs and theirs.event.first("RECURRENCE-ID") is None else None
    master = _called_off(event, with_reminders(event, texts.before, texts.over(main, standing)))
    master = replace(master, lines=(*master.lines, texts.after.line))
    there = _theirs(event, theirs) if theirs else {}
    singles = [
        with_reminders(event, texts.before, texts.over(single, there.get(starts, master)))
        for starts, single in dates.items()
    ]
    left_out = {one.original_starts for one in event.standing_overrides() if one.starts is None}
    for starts in sorted(there.keys() - dates.keys() - left_out):
        kept = with_reminders(event, texts.before, texts.over(_natural(event, starts), there[starts]))
        if _is_personal(kept, master):
            singles.append(kept)
    return written(_calendar(ours, stored, [master, *singles]))


@dataclass(frozen=True, slots=True)
class Texts:
    """Which words are still ours, by what we wrote before."""

    before: Mark | None
    after: Mark

    def over(self, ours: Component, theirs: Component | None) -> Component:
        """Our component, with all that is theirs in `theirs`."""
        if theirs is None:
            return ours
        lines = [line for line in ours.lines if line.name in OURS and line.name != "SEQUENCE"]
        lines.append(_later(ours, theirs))
        for name in TEXTS:
            lines += (ours if self._is_ours(theirs.first(name), ours.first(name), name) else theirs).every(name)[:1]
        for name in sorted(HABITS):
            lines += _habit(name, ours, theirs)
        known = OURS | HABITS | set(TEXTS)
        lines += [line for line in theirs.lines if line.name not in known]
        return Component("VEVENT", tuple(lines), theirs.parts)

    def _is_ours(self, standing: Line | None, wanted: Line | None, name: str) -> bool:
        shown = fingerprint(standing)
        return shown == fingerprint(wanted) or (self.before is not None and shown == self.before.prints[name])


def _split(event: Event, calendar: Component) -> tuple[Component, dict[datetime, Component]]:
    """What we would write if nothing stood there: the series, and single dates by their original start."""
    events = calendar.all("VEVENT")
    starts = {one.original_starts: one.starts for one in event.standing_overrides()}
    main = next(one for one in events if one.first("RECURRENCE-ID") is None)
    if event.recurrence.rule is None:
        return _meant(main, next(iter(starts.values()), None) or event.recurrence.starts, calendar), {}
    singles = {}
    for one in events:
        if one is not main:
            named = original(time(one.first("RECURRENCE-ID"), calendar), event.recurrence)
            singles[named] = _meant(one, starts.get(named) or named, calendar)
    return main, singles


def _meant(component: Component, starts: datetime, calendar: Component) -> Component:
    """Where a change of the clocks makes us say a moment, the time on the wall is noted beside it."""
    found = time(component.first("DTSTART"), calendar)
    return component.adding(Line(STARTS, "", f"{starts:%Y%m%dT%H%M%S}")) if found.local != starts else component


def _theirs(event: Event, theirs: Series) -> dict[datetime, Component]:
    """Their single dates, where our rule has them, by original start."""
    found: dict[datetime, Component] = {}
    for component in overrides(theirs.calendar, theirs.uid):
        try:
            starts = original(time(component.first("RECURRENCE-ID"), theirs.calendar), event.recurrence)
        except (OddTimeError, OverflowError):
            continue
        if event.recurrence.rule is not None and event.recurrence.includes(starts):
            found[starts] = component
    return found


def _natural(event: Event, starts: datetime) -> Component:
    return parse(bytes(instance(event, starts, starts).to_ical()))


def _is_personal(single: Component, master: Component) -> bool:
    """Whether a date at its own time says anything that its series does not."""
    own = {str(line) for line in single.lines if line.name not in OURS | HABITS}
    return bool(own - set(map(str, master.lines))) or single.parts != master.parts


def _later(ours: Component, theirs: Component) -> Line:
    """Phones count SEQUENCE up as well, and no program likes it to fall."""
    said = (one.value("SEQUENCE") for one in (ours, theirs))
    counts = [int(value) for value in said if value.isdecimal() and len(value) <= LONGEST_COUNT]
    return Line("SEQUENCE", "", str(min(max(counts, default=0), 2**31 - 1)))


def _habit(name: str, ours: Component, theirs: Component) -> list[Line]:
    theirs_said = theirs.every(name)[:1]
    if not theirs_said or (name == "STATUS" and theirs.value(name).upper() == WITHDRAWN):
        return ours.every(name)
    return theirs_said


def _called_off(event: Event, master: Component) -> Component:
    """What happens once and is skipped stays to be seen, struck through."""
    if not event.called_off:
        return master
    return master.without("STATUS").adding(Line("STATUS", "", WITHDRAWN))


def _calendar(ours: Component, stored: Component | None, events: list[Component]) -> Component:
    """Our frame and zones; theirs where something of theirs still refers to them."""
    zones: Mapping[str, Component] = {zone.value("TZID"): zone for zone in ours.all("VTIMEZONE")}
    named = zones_named(events) - zones.keys()
    foreign = [zone for zone in stored.all("VTIMEZONE") if zone.value("TZID") in named] if stored else []
    lines = stored.lines if stored else ()
    own = {line.name for line in ours.lines} | {"METHOD"}
    kept = [line for line in lines if line.name not in own]
    return Component("VCALENDAR", (*ours.lines, *kept), (*zones.values(), *foreign, *events))
