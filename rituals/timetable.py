"""What a calendar shows of a plan: the series, and the dates that differ from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rituals.recurrence import Recurrence, RecurrenceError, Rule, moment

Json = dict[str, str | int | dict[str, str | None] | None]


@dataclass(frozen=True, slots=True)
class Timetable:
    """Times alone, in the plan's zone. Two that are equal look the same in every calendar."""

    recurrence: Recurrence | None
    """None: something that a plan cannot say, as an all-day event or a rule outside our grammar."""
    dates: Mapping[datetime, datetime | None] = field(default_factory=dict)
    """By original local start: the start of a date that was moved, None for one that was left out."""

    def to_json(self) -> Json:
        """As it is kept in the database."""
        dates = {
            original.isoformat(): starts.isoformat() if starts else None
            for original, starts in sorted(self.dates.items())
        }
        if self.recurrence is None:
            return {"starts": None, "dates": dates}
        rule = self.recurrence.rule
        return {
            "starts": self.recurrence.starts.isoformat(),
            "zone": self.recurrence.zone,
            "minutes": int(self.recurrence.duration.total_seconds() // 60),
            "rule": str(rule) if rule else None,
            "dates": dates,
        }

    @classmethod
    def from_json(cls, kept: Json) -> "Timetable":
        """As it was kept; what this version cannot read any more is a series without words."""
        dates = kept.get("dates")
        assert isinstance(dates, dict)
        return cls(
            _recurrence(kept),
            {
                datetime.fromisoformat(original): datetime.fromisoformat(starts) if starts else None
                for original, starts in dates.items()
            },
        )


@dataclass(frozen=True, slots=True)
class Edits:
    """What somebody changed in their calendar, against everything that we wrote or may have written."""

    series: bool
    """The series itself: its start, its length, its rule or its zone."""
    dates: Mapping[datetime, datetime | None]
    """By original start: moved there, left out, or back at its own start."""

    def __bool__(self) -> bool:
        return self.series or bool(self.dates)


def edits(found: Timetable, *written: Timetable) -> Edits:
    """What in `found` is explained by none of the states `written` by us.

    A write of which nobody knows whether it arrived, or arrived whole, counts as written: each date
    is looked at on its own, so that half of it is recognised as well.
    """
    found = as_written(found, *written)
    if all(found.recurrence != one.recurrence for one in written):
        return Edits(series=True, dates=_said_outright(found, written))
    originals = {original for one in (found, *written) for original in one.dates}
    differing = {original: found.dates.get(original, original) for original in sorted(originals)}
    return Edits(
        series=False,
        dates={
            original: starts
            for original, starts in differing.items()
            if all(_at(one.dates.get(original, original), found) != _at(starts, found) for one in written)
        },
    )


def as_written(found: Timetable, *written: Timetable) -> Timetable:
    """In the words of what we wrote, where it can be said in them."""
    return next((seen for seen in (_seen_as_moved(found, one) for one in written) if seen is not None), found)


def _said_outright(found: Timetable, written: Sequence[Timetable]) -> dict[datetime, datetime | None]:
    """Of a changed series only what it says itself: with its rhythm, dates may have gone that nobody touched."""
    zones = {one.recurrence.zone for one in written if one.recurrence is not None}
    if found.recurrence is None or found.recurrence.zone not in zones:
        return {}
    return {
        original: starts
        for original, starts in sorted(found.dates.items())
        if all(one.dates.get(original, original) != starts for one in written)
    }


def _at(starts: datetime | None, found: Timetable) -> datetime | None:
    """By moments: 02:30 in a night that leaves it out is read back as 03:30, and is the same."""
    return moment(starts, found.recurrence.zone) if starts is not None and found.recurrence is not None else starts


def _seen_as_moved(found: Timetable, written: Timetable) -> Timetable | None:
    """What happens once is moved by its start alone: no calendar knows from where, but who wrote it does."""
    there, ours = found.recurrence, written.recurrence
    if there is None or ours is None or there.rule is not None or found.dates:
        return None
    if replace(there, starts=ours.starts) != ours:
        return None
    return Timetable(ours, {} if there == ours else {ours.starts: there.starts})


def _recurrence(kept: Json) -> Recurrence | None:
    starts, zone, minutes, rule = (kept.get(name) for name in ("starts", "zone", "minutes", "rule"))
    if not isinstance(starts, str) or not isinstance(zone, str) or not isinstance(minutes, int):
        return None
    try:
        parsed = Rule.parse(rule) if isinstance(rule, str) else None
        return Recurrence(datetime.fromisoformat(starts), zone, timedelta(minutes=minutes), parsed)
    except RecurrenceError:
        return None
