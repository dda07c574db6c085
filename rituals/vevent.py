"""A plan as VEVENT components: the series, its skipped and its moved instances (RFC 5545, section 3.6.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Event as VEvent
from icalendar import vRecur

from rituals.plain_text import one_line, paragraphs
from rituals.recurrence import Recurrence, moment, wall_clock
from rituals.rule import Frequency, Rule
from rituals.zone import zone_info


@dataclass(frozen=True, slots=True)
class Override:
    """One instance that differs, named by the start the rule gives it; without `starts` it is cancelled."""

    original_starts: datetime
    starts: datetime | None
    sequence: int
    revised_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A plan as every calendar sees it. Whatever changes in it raises `sequence` and `revised_at`."""

    uid: str
    sequence: int
    revised_at: datetime
    recurrence: Recurrence
    summary: str
    description: str
    url: str
    overrides: tuple[Override, ...] = ()
    since: datetime | None = None
    """The moment from which the plan stands."""

    @property
    def called_off(self) -> bool:
        """Happens once, and that once is cancelled: there is nothing to invite to."""
        return self.recurrence.rule is None and any(override.starts is None for override in self.standing_overrides())

    def standing_overrides(self) -> list[Override]:
        """Those of instances that the rule has, in their order; others would confuse every reader."""
        fitting = (override for override in self.overrides if self.recurrence.includes(override.original_starts))
        return sorted(fitting, key=lambda override: override.original_starts)

    @property
    def revision(self) -> tuple[int, datetime]:
        """One for all components: a reader that compares an override with its series finds none outdated."""
        sequences = (self.sequence, *(override.sequence for override in self.overrides))
        moments = (self.revised_at, *(override.revised_at for override in self.overrides))
        return max(sequences), max(moments).astimezone(UTC).replace(microsecond=0)

    def stands_after(self, since: datetime) -> bool:
        """Whether anything of it ends after this moment."""
        begin = since - self.recurrence.duration
        moved = (override.starts for override in self.standing_overrides() if override.starts)
        later = any(moment(starts, self.recurrence.zone) > begin for starts in moved)
        overridden = self.recurrence.rule is None and bool(self.standing_overrides())
        return not self.called_off and (later or (not overridden and bool(self.recurrence.upcoming(begin, 1))))


def components(event: Event, *, since: datetime | None = None) -> list[VEvent]:
    """The series and its moved instances; those over by `since` are only taken out of the series."""
    overrides = event.standing_overrides()
    if event.recurrence.rule is None:
        starts = next((override.starts for override in overrides if override.starts), event.recurrence.starts)
        return [_vevent(event, starts)]
    moved, removed = [], []
    for override in overrides:
        if override.starts and (since is None or _over_at(event, override.original_starts, override.starts) > since):
            moved.append(instance(event, override.original_starts, override.starts))
        else:
            removed.append(override.original_starts)
    return [series(event, removed), *moved]


def series(event: Event, removed: Sequence[datetime] = ()) -> VEvent:
    recurrence = event.recurrence.normalised()
    component = _vevent(event, recurrence.starts)
    if recurrence.rule is not None:
        component.add("RRULE", vRecur.from_ical(_outright(recurrence.rule, recurrence.starts)))
    if removed:
        component.add("EXDATE", [_zoned(starts, recurrence.zone) for starts in removed])
    return component


def instance(event: Event, original_starts: datetime, starts: datetime) -> VEvent:
    component = _vevent(event, starts)
    if event.recurrence.rule is not None:
        component.add("RECURRENCE-ID", _zoned(original_starts, event.recurrence.zone))
    return component


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


def _vevent(event: Event, starts: datetime) -> VEvent:
    sequence, revised_at = event.revision
    component = VEvent()
    component.add("UID", event.uid)
    component.add("SEQUENCE", sequence)
    component.add("DTSTAMP", revised_at)
    component.add("LAST-MODIFIED", revised_at)
    if event.since:
        component.add("CREATED", event.since.astimezone(UTC))
    _add_time(component, event.recurrence, starts)
    component.add("SUMMARY", one_line(event.summary))
    if event.description:
        component.add("DESCRIPTION", paragraphs(event.description))
    if event.url:
        component.add("URL", one_line(event.url))
    component.add("STATUS", "CONFIRMED")
    component.add("TRANSP", "OPAQUE")
    component.add("CLASS", "PRIVATE")
    return component


def _add_time(component: VEvent, recurrence: Recurrence, starts: datetime) -> None:
    component.add("DTSTART", _zoned(starts, recurrence.zone))
    ends = wall_clock(moment(starts, recurrence.zone) + recurrence.duration, recurrence.zone)
    if ends - starts == recurrence.duration:
        component.add("DTEND", _zoned(ends, recurrence.zone))
    else:
        # Over a change of the clocks an end would be read as another length, for the whole series too.
        component.add("DURATION", recurrence.duration)


def _zoned(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=UTC if zone == "UTC" else zone_info(zone))
