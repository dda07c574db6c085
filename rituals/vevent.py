"""A plan as VEVENT components: the series, its skipped and its moved instances (RFC 5545, section 3.6.1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from icalendar import Event as VEvent
from icalendar import vRecur

from rituals.calendar_event import Event
from rituals.clock_changes import changes
from rituals.plain_text import one_line, paragraphs
from rituals.recurrence import Recurrence, moment, wall_clock
from rituals.rule import Frequency, Rule
from rituals.vtimezone import YEARS_AHEAD
from rituals.zone import unclear, zone_info


def components(event: Event, *, since: datetime | None = None) -> list[VEvent]:
    """The series and the instances that differ; moved ones over by `since` are only taken out of the series."""
    overrides = event.standing_overrides()
    if event.recurrence.rule is None:
        starts = next((override.starts for override in overrides if override.starts), event.recurrence.starts)
        return [instance(event, event.recurrence.starts, starts)]
    year = (since or event.revised_at).year
    shown = {starts: starts for starts in _touched_by_a_change(event.recurrence, year, year + YEARS_AHEAD)}
    removed = []
    for override in overrides:
        shown.pop(override.original_starts, None)
        if override.starts and (since is None or _over_at(event, override.original_starts, override.starts) > since):
            shown[override.original_starts] = override.starts
        else:
            removed.append(override.original_starts)
    return [series(event, removed), *(instance(event, original, shown[original]) for original in sorted(shown))]


def series(event: Event, removed: Sequence[datetime] = ()) -> VEvent:
    """The event with its rule, without the instances `removed`."""
    recurrence = event.recurrence.normalised()
    component = _vevent(event)
    _add_time(component, recurrence)
    if recurrence.rule is not None:
        component.add("RRULE", vRecur.from_ical(_outright(recurrence.rule, recurrence.starts)))
    if removed:
        component.add("EXDATE", [_zoned(starts, recurrence.zone) for starts in removed])
    return component


def instance(event: Event, original_starts: datetime, starts: datetime) -> VEvent:
    """One instance at `starts`, named by the start that the rule gives it."""
    component = _vevent(event)
    zone = event.recurrence.zone
    if not _clear(event.recurrence, starts):
        starts_at = moment(starts, zone)
        component.add("DTSTART", starts_at)
        component.add("DTEND", starts_at + event.recurrence.duration)
    else:
        _add_time(component, replace(event.recurrence, starts=starts))
    if event.recurrence.rule is not None:
        component.add("RECURRENCE-ID", _zoned(original_starts, zone))
    return component


def _touched_by_a_change(recurrence: Recurrence, first_year: int, last_year: int) -> list[datetime]:
    """The starts of instances that programs read differently, by an hour either way; each is told its moments."""
    found = []
    for change in changes(recurrence.zone, first_year, last_year):
        days = (change.local.date() + timedelta(days=day) for day in (-2, -1, 0, 1))
        for starts in (datetime.combine(day, recurrence.starts.time()) for day in days):
            if not _clear(recurrence, starts) and recurrence.includes(starts):
                found.append(starts)
    return found


def _clear(recurrence: Recurrence, starts: datetime) -> bool:
    """Whether the wall clock tells both start and end: no change of the clocks between, none that repeats one."""
    zone = recurrence.zone
    ends = wall_clock(moment(starts, zone) + recurrence.duration, zone)
    return ends - starts == recurrence.duration and not unclear(starts, zone) and not unclear(ends, zone)


def _outright(rule: Rule, starts: datetime) -> str:
    """The RRULE, with a day that not every month has said in it: some programs slip into the next month instead."""
    if starts.day <= 28 or rule.days or rule.month_days:
        return str(rule)
    if rule.frequency is Frequency.MONTHLY:
        return f"{rule};BYMONTHDAY={starts.day}"
    return f"{rule};BYMONTH=2;BYMONTHDAY=29" if rule.frequency is Frequency.YEARLY and starts.month == 2 else str(rule)


def _over_at(event: Event, *starts: datetime) -> datetime:
    """When the latest of these ends: of a moved instance, neither place may be looked at any more."""
    return max(moment(each, event.recurrence.zone) for each in starts) + event.recurrence.duration


def _vevent(event: Event) -> VEvent:
    sequence, revised_at = event.revision
    component = VEvent()
    component.add("UID", event.uid)
    component.add("SEQUENCE", sequence)
    component.add("DTSTAMP", revised_at)
    component.add("LAST-MODIFIED", revised_at)
    if event.since:
        component.add("CREATED", event.since.astimezone(UTC))
    component.add("SUMMARY", one_line(event.summary))
    if event.description:
        component.add("DESCRIPTION", paragraphs(event.description))
    if event.url:
        component.add("URL", one_line(event.url))
    component.add("STATUS", "CONFIRMED")
    component.add("TRANSP", "OPAQUE")
    component.add("CLASS", "PRIVATE")
    return component


def _add_time(component: VEvent, recurrence: Recurrence) -> None:
    starts, zone = recurrence.starts, recurrence.zone
    component.add("DTSTART", _zoned(starts, zone))
    if _clear(recurrence, starts):
        component.add("DTEND", _zoned(starts + recurrence.duration, zone))
    else:
        # Over a change of the clocks an end would be read as another length, and that for the whole series.
        component.add("DURATION", recurrence.duration)


def _zoned(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=UTC if zone == "UTC" else zone_info(zone))
