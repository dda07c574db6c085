"""A plan as calendars see it: its times, its text, its revision, and the instances that differ."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from rituals.recurrence import Recurrence, moment
from rituals.timetable import Timetable


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
    reminders: tuple[timedelta, ...] | None = None
    """How long before the start its owner wants to be reminded; None leaves it to the calendar's own habit."""

    @property
    def called_off(self) -> bool:
        """Happens once, and that once is cancelled: there is nothing to invite to."""
        return self.recurrence.rule is None and any(override.starts is None for override in self.standing_overrides())

    def standing_overrides(self) -> list[Override]:
        """Those of instances that the rule has, in their order; others would confuse every reader."""
        fitting = (override for override in self.overrides if self.recurrence.includes(override.original_starts))
        return sorted(fitting, key=lambda override: override.original_starts)

    @property
    def timetable(self) -> Timetable:
        """Its times alone."""
        dates = {one.original_starts: one.starts for one in self.standing_overrides()}
        return Timetable(self.recurrence, dates)

    @property
    def fingerprint(self) -> str:
        """Equal where a calendar that is written to would show the same."""
        before = None if self.reminders is None else [int(one.total_seconds()) for one in self.reminders]
        shown = [self.summary, self.description, self.url, before, self.timetable.to_json()]
        return sha256(json.dumps(shown).encode()).hexdigest()

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
