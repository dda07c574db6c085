"""When a plan happens: from a wall-clock start, a zone and a rule to moments."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from rituals.expansion import END_OF_TIME, local_starts
from rituals.rule import FIRST_YEAR, LAST_YEAR, RecurrenceError, Rule
from rituals.zone import LARGEST_SHIFT, known_zone, moment, tzdata_version, unclear, wall_clock, zone_info, zones

__all__ = [
    "Instance",
    "Recurrence",
    "RecurrenceError",
    "Rule",
    "known_zone",
    "moment",
    "tzdata_version",
    "wall_clock",
    "zones",
]

LONGEST = timedelta(hours=24)
LOOK_AHEAD = timedelta(days=366 * 100)
"""Rules that match no day (the 31st, every twelfth month from June) are given up after this."""
NIGHT = (time(1), time(4))
NIGHT_LOOK_AHEAD = timedelta(days=366 * 2)


@dataclass(frozen=True, slots=True)
class Instance:
    """One time that a plan happens, named by the local start the rule gives it (its RECURRENCE-ID)."""

    original_starts: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What people mean by 'Sundays at seven in Madrid, 45 minutes'; without a rule it is once."""

    starts: datetime
    zone: str
    duration: timedelta
    rule: Rule | None

    def __post_init__(self) -> None:
        if self.starts.tzinfo is not None or self.starts.second or self.starts.microsecond:
            raise RecurrenceError("Choose a start in hours and minutes.")
        if not FIRST_YEAR <= self.starts.year <= LAST_YEAR:
            raise RecurrenceError(f"Choose a start from {FIRST_YEAR} to {LAST_YEAR}.")
        if not known_zone(self.zone):
            raise RecurrenceError("We do not know this time zone.")
        if not timedelta() < self.duration <= LONGEST or self.duration % timedelta(minutes=1):
            raise RecurrenceError("Choose a length in whole minutes, 24 hours at most.")

    def instances(self, *, after: datetime, until: datetime) -> Iterator[Instance]:
        """Those with `after < starts_at <= until`, in order; both are aware moments."""
        starts_at = moment(self.starts, self.zone)
        after = max(after, starts_at - timedelta(minutes=1))
        until = min(until, starts_at + 2 * LOOK_AHEAD, self._end())
        if after >= until:
            return
        since_local = wall_clock(after, self.zone) - LARGEST_SHIFT
        until_local = wall_clock(until, self.zone) + LARGEST_SHIFT
        for starts in local_starts(self.rule, self.starts, since_local, until_local):
            instance = self._instance(starts)
            if instance.starts_at > until:
                return
            if instance.starts_at > after:
                yield instance

    def upcoming(self, now: datetime, count: int) -> list[Instance]:
        """The next ones that start after `now`; fewer than `count` where the rule has no more."""
        begin = max(now, moment(self.starts, self.zone) - timedelta(minutes=1))
        return list(islice(self.instances(after=begin, until=begin + LOOK_AHEAD), count))

    def includes(self, original_starts: datetime) -> bool:
        """Whether the rule gives this naive local start."""
        found = any(
            starts == original_starts
            for starts in local_starts(self.rule, self.starts, original_starts, original_starts)
        )
        return found and moment(original_starts, self.zone) <= self._end()

    def first(self) -> Instance | None:
        """The first the rule gives; `starts` itself only if it fits the rule."""
        return next(iter(self.upcoming(moment(self.starts, self.zone) - timedelta(minutes=1), 1)), None)

    def normalised(self) -> "Recurrence":
        """The same with `starts` at the first one, since calendars count DTSTART whether it fits or not."""
        first = self.first()
        if first is None:
            raise RecurrenceError("This rhythm has no day at all: look at its days and its end.")
        return replace(self, starts=first.original_starts)

    def remaining(self, now: datetime) -> "Recurrence":
        """The same, begun at the next start after `now`. Raises RecurrenceError where there is none."""
        coming = self.upcoming(now, 1)
        if not coming:
            raise RecurrenceError("The last date of this rhythm has passed.")
        starts, rule = coming[0].original_starts, self.rule
        if rule is not None and rule.count is not None:
            gone = sum(1 for _ in local_starts(rule, self.starts, self.starts, starts)) - 1
            rule = replace(rule, count=rule.count - gone)
        return replace(self, starts=starts, rule=rule)

    def remaining_or_none(self, now: datetime) -> "Recurrence | None":
        try:
            return self.remaining(now)
        except RecurrenceError:
            return None

    def night_changes(self, now: datetime, count: int = 2) -> list[Instance]:
        """The next starts, within two years, that a change of the clocks touches or comes near by night."""
        begin = max(now, moment(self.starts, self.zone) - timedelta(minutes=1))
        coming = self.instances(after=begin, until=begin + NIGHT_LOOK_AHEAD)
        return list(islice((instance for instance in coming if self._at_a_change(instance)), count))

    def _instance(self, starts: datetime) -> Instance:
        starts_at = moment(starts, self.zone)
        # The length is added to the moment: over a change of the clocks two hours stay two hours.
        return Instance(original_starts=starts, starts_at=starts_at, ends_at=starts_at + self.duration)

    def _end(self) -> datetime:
        end = self.rule.until if self.rule else None
        return end or END_OF_TIME.replace(tzinfo=UTC)

    def _at_a_change(self, instance: Instance) -> bool:
        starts = instance.original_starts
        midnight = datetime.combine(starts, time(), tzinfo=zone_info(self.zone))
        changes = midnight.utcoffset() != (midnight + timedelta(days=1)).utcoffset()
        return unclear(starts, self.zone) or (changes and NIGHT[0] <= starts.time() < NIGHT[1])
