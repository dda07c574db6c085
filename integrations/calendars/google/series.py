"""Our events in a calendar, each with those of its dates that differ, as one timetable and one etag."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from integrations.calendars.google.anchor import BEGINS, as_meant
from integrations.calendars.google.entry import Entry
from integrations.calendars.google.event_id import is_own, uid_of
from integrations.calendars.google.times import left_out, read_recurrence
from rituals.calendar_interfaces import Held
from rituals.recurrence import Recurrence, moment
from rituals.timetable import Timetable

PLAN = "plan"
"""The property that names the plan; a phone that splits a series copies it along."""


@dataclass(frozen=True, slots=True)
class Series:
    """An event and its single dates."""

    uid: str
    master: Entry
    dates: tuple[Entry, ...] = ()
    zone: str = "UTC"
    """The calendar's."""

    @property
    def held(self) -> Held:
        return Held(self.master.name, self.uid, self.etag, self.timetable)

    @property
    def etag(self) -> str:
        """Of the whole: a date changed on the phone need not change the etag of its series."""
        parts = sorted((one.name, one.etag, one.is_cancelled) for one in (self.master, *self.dates))
        return sha256(repr(parts).encode()).hexdigest()[:32]

    @property
    def recurrence(self) -> Recurrence | None:
        found = read_recurrence(self.master.starts, self.master.ends, self.master.lines, zone=self.zone)
        return as_meant(found, self.master.properties.get(BEGINS, "")) if found is not None else None

    @property
    def timetable(self) -> Timetable:
        recurrence = self.recurrence
        if recurrence is None:
            return Timetable(None)
        excluded = (original_starts(recurrence, at) for at in left_out(self.master.lines, recurrence))
        dates: dict[datetime, datetime | None] = {original: None for original in excluded if original}
        for one in self.dates:
            original = original_starts(recurrence, one.original.at)
            if original is not None:
                dates[original] = _stands(one, original, recurrence.zone)
        return Timetable(recurrence, {original: starts for original, starts in dates.items() if starts != original})


@dataclass(frozen=True, slots=True)
class Everything:
    """All that a calendar of ours holds and that is ours."""

    events: dict[str, Series]
    """By UID."""
    copies: tuple[Series, ...]

    @classmethod
    def gather(cls, entries: Iterable[Entry], calendar: str, zone: str) -> "Everything":
        dates: dict[str, list[Entry]] = {}
        masters: dict[str, Entry] = {}
        for entry in entries:
            if entry.series:
                dates.setdefault(entry.series, []).append(entry)
            elif not entry.is_cancelled:
                masters[entry.name] = entry
        events: dict[str, Series] = {}
        copies: list[Series] = []
        for name in sorted(masters, reverse=True):  # The latest life of an event first: an older one is a copy.
            uid = plan_of(masters[name], calendar)
            if uid is not None:
                series = Series(uid, masters[name], tuple(dates.get(name, ())), zone)
                is_event = uid_of(name, calendar) == uid and is_own(name) and uid not in events
                copies += () if is_event else (series,)
                events |= {uid: series} if is_event else {}
        return cls(events, tuple(copies))


def plan_of(entry: Entry, calendar: str) -> str | None:
    """By our id, by an id that Google made from it, or by our property; None for what its owner put there."""
    return uid_of(entry.name, calendar) or entry.properties.get(PLAN)


def original_starts(recurrence: Recurrence, at: datetime | None) -> datetime | None:
    """The local start by which we know the date of this moment, None where the rule has none.

    Where a change of the clocks leaves a time out they differ: 02:30 stands at 03:30 that night.
    """
    if at is None:
        return None
    found = recurrence.instances(after=at - timedelta(minutes=1), until=at)
    return next((one.original_starts for one in found if one.starts_at == at), None)


def _stands(date: Entry, original: datetime, zone: str) -> datetime | None:
    if date.is_cancelled:
        return None
    # By moments, for on the clocks a time that was left out looks moved.
    return original if date.starts.at == moment(original, zone) else date.starts.starts(zone, original)
