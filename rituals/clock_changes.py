"""When the clocks of a zone change: each time it happens, and the rule by which it happens every year."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from rituals.rule import Weekday
from rituals.zone import zone_file, zone_info

STEP = timedelta(days=3)
"""No zone changes its clocks twice within this: Brazil once took summer time back after a week."""


@dataclass(frozen=True, slots=True)
class Change:
    """One moment at which the offset changes."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    """What the time is called from then on, 'CEST' say."""
    summer: bool
    """Whether daylight-saving time begins."""

    @property
    def local(self) -> datetime:
        """The naive time that the clocks would show without the change."""
        return (self.at + self.before).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class YearlyChange:
    """A change that comes back each year: `week` counts the weekdays of a month, 5 is the last."""

    month: int
    week: int
    weekday: Weekday
    time: timedelta
    """Since the midnight that begins the day; some rules go below 0 and beyond 24 hours."""
    before: timedelta
    after: timedelta
    name: str

    def in_year(self, year: int) -> Change:
        local = datetime.combine(self._day(year), datetime.min.time()) + self.time
        at = (local - self.before).replace(tzinfo=UTC)
        return Change(at, self.before, self.after, self.name, summer=self.after > self.before)

    @property
    def recurrence(self) -> str | None:
        """The RRULE of the local change, if one can say it: a day that slips into another month it cannot."""
        slip = self.time // timedelta(days=1)
        if not slip:
            return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={-1 if self.week == 5 else self.week}{self.weekday}"
        longest = monthrange(2027, self.month)[1]
        last = (longest if self.week == 5 else self.week * 7) + slip
        if not 7 <= last <= longest or self.month == 2:
            return None
        weekday = list(Weekday)[(self.weekday.number + slip) % 7]
        days = ",".join(str(day) for day in range(last - 6, last + 1))
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={weekday};BYMONTHDAY={days}"

    def _day(self, year: int) -> date:
        first = date(year, self.month, 1)
        day = 1 + (self.weekday.number - first.weekday()) % 7 + (self.week - 1) * 7
        return first.replace(day=day if day <= monthrange(year, self.month)[1] else day - 7)


@lru_cache(maxsize=256)
def changes(zone: str, first_year: int, last_year: int) -> tuple[Change, ...]:
    """All changes of the offset from the beginning of one year to the end of another, in UTC."""
    return tuple(_changes(zone, datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)))


@lru_cache(maxsize=256)
def yearly_changes(zone: str) -> tuple[YearlyChange, ...]:
    """The two changes of every year to come, by the POSIX TZ string that ends a compiled zone (RFC 9636, 3.3)."""
    footer = zone_file(zone).read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[1].decode("ascii")
    found = FOOTER.fullmatch(footer)
    if found is None:
        return ()
    winter, summer = -_time(found["offset"]), timedelta(hours=1) - _time(found["offset"])
    if found["summer_offset"]:
        summer = -_time(found["summer_offset"])
    names = [found[name].strip("<>") for name in ("name", "summer_name")]
    return (
        _yearly_change(found["begin"], winter, summer, names[1]),
        _yearly_change(found["end"], summer, winter, names[0]),
    )


NAME, TIME, DAY = r"(?:<[^>]+>|[A-Za-z]+)", r"[+-]?\d+(?::\d+){0,2}", r"M\d+\.\d\.\d(?:/[^,]+)?"
FOOTER = re.compile(
    f"(?P<name>{NAME})(?P<offset>{TIME})(?P<summer_name>{NAME})(?P<summer_offset>{TIME})?,(?P<begin>{DAY}),(?P<end>{DAY})"
)


def _changes(zone: str, at: datetime, end: datetime) -> Iterator[Change]:
    rules = zone_info(zone)
    before = _offset(zone, at)
    while at < end:
        later = min(at + STEP, end)
        after = _offset(zone, later)
        if before != after:
            change = _first_moment(zone, at, later)
            local = change.astimezone(rules)
            yield Change(change, before, after, local.tzname() or zone, summer=bool(local.dst()) and after > before)
        at, before = later, after


def _first_moment(zone: str, low: datetime, high: datetime) -> datetime:
    """The first second with the offset of `high`, by halving."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(zone_info(zone)).utcoffset() or timedelta()


def _yearly_change(text: str, before: timedelta, after: timedelta, name: str) -> YearlyChange:
    day, _, time = text.partition("/")
    month, week, weekday = map(int, day.removeprefix("M").split("."))
    # POSIX counts the days of the week from Sunday.
    return YearlyChange(month, week, list(Weekday)[weekday - 1], _time(time or "2"), before, after, name)


def _time(text: str) -> timedelta:
    hours, minutes, seconds = [*map(int, text.lstrip("+-").split(":")), 0, 0][:3]
    time = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -time if text.startswith("-") else time
