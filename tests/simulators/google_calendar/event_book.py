"""The events of one calendar: the series, the dates that differ from theirs, and what became of them when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.simulators.google_calendar.resource import Resource, text, texts
from tests.simulators.google_calendar.series import Series
from tests.simulators.google_calendar.when import When

CANCELLED = "cancelled"
SCHEDULE = ("start", "end", "recurrence")


@dataclass(frozen=True, slots=True)
class Revision:
    """Names one change: counted over everything, so that no two are alike."""

    number: int
    at: datetime

    @property
    def etag(self) -> str:
        return f'"{3_500_000_000_000_000 + 2 * self.number}"'


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it stands; or of one date of a series, what sets it apart (null: it lacks that field)."""

    id: str
    fields: Resource
    uid: str
    created: datetime
    updated: datetime
    revision: Revision
    sequence: int = 0
    series_id: str = ""
    original: When | None = None
    is_bare: bool = False
    """Nothing is left but the id: moved away, or no longer in the rule of its series."""


@dataclass(slots=True)
class EventBook:
    """Knows what is stored. What may be stored is for others to say."""

    revise: Callable[[], Revision]
    events: dict[str, Kept] = field(default_factory=dict)
    differing: dict[str, dict[str, Kept]] = field(default_factory=dict)
    """By the id of the series, then by that of the instance."""

    def find(self, event_id: str) -> Kept | None:
        """An event, or a date of a series, whether it differs or not."""
        if event_id in self.events:
            return self.events[event_id]
        series_id, _, key = event_id.rpartition("_")
        series = self.events.get(series_id)
        if series is None or not self.is_series(series):
            return None
        found = self.differing.get(series_id, {}).get(event_id)
        if found is not None and not found.is_bare:
            return found
        original = _original(series, key)
        if original is None or not self.series(series).gives(original):
            return None
        return self._date(series, original)

    def add(self, event_id: str, fields: Resource, *, uid: str, sequence: int = 0) -> Kept:
        revision = self.revise()
        kept = Kept(event_id, fields, uid, revision.at, revision.at, revision, sequence)
        self.events[event_id] = kept
        return kept

    def write(self, kept: Kept, fields: Resource, *, sequence: int | None = None) -> Kept:
        """Everything it now says. Without `sequence` a change of times counts up by one."""
        before = self.fields(kept)
        moved = any(before.get(name) != fields.get(name) for name in (*SCHEDULE, "status"))
        rest = _without(before, "reminders") != _without(fields, "reminders")
        revision = self.revise()
        changed = replace(
            kept,
            revision=revision,
            updated=revision.at if rest or sequence not in {None, kept.sequence} else kept.updated,
            sequence=kept.sequence + moved if sequence is None else sequence,
            is_bare=False,
        )
        if kept.original is not None:
            changed = replace(changed, fields=self._difference(kept, fields))
            self.differing.setdefault(kept.series_id, {})[kept.id] = changed
            return changed
        shown = {one.id: self.fields(one) for one in self.differing.get(kept.id, {}).values()}
        changed = replace(changed, fields=fields)
        self.events[kept.id] = changed
        self._sweep(changed, shown)
        return changed

    def strip(self, kept: Kept) -> None:
        """It has gone elsewhere; its id is left, as cancelled."""
        revision = self.revise()
        self.events[kept.id] = replace(
            kept, fields={"status": CANCELLED}, revision=revision, updated=revision.at, is_bare=True
        )
        self.differing.pop(kept.id, None)

    def forget_deleted(self) -> None:
        for kept in [one for one in self.events.values() if is_cancelled(one.fields)]:
            del self.events[kept.id]
            self.differing.pop(kept.id, None)

    def fields(self, kept: Kept) -> Resource:
        """Everything it says, for a date with what it has from its series."""
        if kept.original is None:
            return kept.fields
        if kept.is_bare:
            return {"status": CANCELLED}
        combined = {**self._inherited(kept), **kept.fields}
        return {name: value for name, value in combined.items() if value is not None}

    def is_series(self, kept: Kept) -> bool:
        return bool(texts(kept.fields, "recurrence"))

    def series(self, kept: Kept) -> Series:
        return Series.parse(start_of(kept.fields), texts(kept.fields, "recurrence"))

    def dates(self, series: Kept, until: datetime | None) -> Iterator[Kept]:
        """Those of a series that begin before `until` by its rule, and all that differ, as they stand."""
        differing = {one.id: one for one in self.differing.get(series.id, {}).values() if not one.is_bare}
        for original in self.series(series).originals(until):
            date = self._date(series, original)
            yield differing.pop(date.id, date)
        yield from differing.values()

    def changed_since(self, number: int) -> list[Kept]:
        """Events and differing dates, in a stable order."""
        return [kept for kept in self.all() if kept.revision.number > number]

    def all(self) -> Iterator[Kept]:
        for kept in self.events.values():
            yield kept
            yield from self.differing.get(kept.id, {}).values()

    def _date(self, series: Kept, original: When) -> Kept:
        """One that does not differ: it has the etag of its series."""
        return replace(series, id=f"{series.id}_{original.key()}", fields={}, series_id=series.id, original=original)

    def _inherited(self, kept: Kept) -> Resource:
        series = self.events[kept.series_id]
        assert kept.original is not None
        ends = kept.original.after(length_of(series.fields))
        start = {"start": kept.original.kept(), "end": ends.kept()}
        return {**_without(series.fields, "recurrence"), **start}

    def _difference(self, kept: Kept, fields: Resource) -> Resource:
        inherited = self._inherited(kept)
        gone: Resource = dict.fromkeys(inherited.keys() - fields.keys())
        return gone | {name: value for name, value in fields.items() if inherited.get(name) != value}

    def _sweep(self, series: Kept, before: dict[str, Resource]) -> None:
        """Dates that the rule still gives keep what sets them apart; the others are told as cancelled, once.

        One that was told so and is given again is told again, as any date: a reader may have kept it as cancelled.
        """
        rule = self.series(series) if self.is_series(series) else None
        for one in list(self.differing.get(series.id, {}).values()):
            assert one.original is not None
            dropped = rule is None or not rule.gives(one.original)
            swept = replace(one, is_bare=dropped, fields={} if dropped else one.fields)
            if dropped is not one.is_bare or (not dropped and self.fields(swept) != before[one.id]):
                revision = self.revise()
                swept = replace(swept, revision=revision, updated=revision.at)
            self.differing[series.id][one.id] = swept


def start_of(fields: Resource) -> When:
    return When.parse(_resource(fields, "start"), "start")


def end_of(fields: Resource) -> When:
    return When.parse(_resource(fields, "end"), "end")


def length_of(fields: Resource) -> timedelta:
    return end_of(fields).since(start_of(fields))


def is_cancelled(fields: Resource) -> bool:
    return text(fields, "status") == CANCELLED


def _resource(fields: Resource, name: str) -> Resource:
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def _without(fields: Resource, name: str) -> Resource:
    return {key: value for key, value in fields.items() if key != name}


def _original(series: Kept, key: str) -> When | None:
    start = start_of(series.fields)
    try:
        found = When.of_key(key, start.zone)
    except ValueError:
        return None
    return found if (found.day is None) is (start.day is None) else None
