"""The local starts that a rule gives, found quickly however old the rule is."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Literal

from dateutil.rrule import rrule, weekday

from rituals.rule import LAST_YEAR, Frequency, Rule, Weekday

END_OF_TIME = datetime(LAST_YEAR + 101, 1, 1)  # noqa: DTZ001 - a wall-clock time
FREQUENCIES: dict[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.YEARLY: 0,
    Frequency.MONTHLY: 1,
    Frequency.WEEKLY: 2,
    Frequency.DAILY: 3,
}
"""By dateutil's numbers, whose names have too wide a type."""


def local_starts(rule: Rule | None, starts: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    """The naive starts, among them all from `since` to `until`; UNTIL is a moment and left to the caller."""
    if rule is None:
        return iter([starts] if since <= starts <= until else [])
    if _misses_its_days(rule, starts):
        return iter([])
    if rule.count is not None:
        until = min(until, _last_counted(starts, rule))
    return iter(_rrule(rule, starts, _anchor(rule, starts, since), until))


def _misses_its_days(rule: Rule, starts: datetime) -> bool:
    """Every seventh day from a Tuesday is never a Monday, which would take dateutil seconds to find out."""
    days = {day.weekday for day in rule.days}
    return (
        rule.frequency is Frequency.DAILY and bool(days) and rule.interval % 7 == 0 and Weekday.of(starts) not in days
    )


def _rrule(rule: Rule, starts: datetime, anchor: datetime, until: datetime) -> rrule:
    """What dateutil expands: the days that `starts` implies are said outright, so that `anchor` may differ."""
    monthly, yearly = rule.frequency is Frequency.MONTHLY, rule.frequency is Frequency.YEARLY
    days = [weekday(day.weekday.number, day.nth or None) for day in rule.days]
    if rule.frequency is Frequency.WEEKLY:
        days = days or [weekday(starts.weekday())]
    implied_day = yearly or (monthly and not rule.days and not rule.month_days)
    return rrule(
        FREQUENCIES[rule.frequency],
        dtstart=anchor,
        interval=rule.interval,
        wkst=rule.week_start.number,
        until=until,
        byweekday=days or None,
        bymonth=starts.month if yearly else None,
        bymonthday=[starts.day] if implied_day else sorted(rule.month_days) or None,
        bysetpos=sorted(rule.positions) or None,
    )


def _anchor(rule: Rule, starts: datetime, since: datetime) -> datetime:
    """A start for the expansion close before `since`, whole intervals after `starts`.

    Expanding an old rule from its beginning takes tens of times longer than from here.
    """
    if since <= starts:
        return starts
    match rule.frequency:
        case Frequency.DAILY | Frequency.WEEKLY:
            step = timedelta(days=rule.interval * (7 if rule.frequency is Frequency.WEEKLY else 1))
            return starts + (since - starts) // step * step
        case Frequency.MONTHLY:
            months = (since.year - starts.year) * 12 + since.month - starts.month
            year, month = divmod(starts.month - 1 + months // rule.interval * rule.interval, 12)
            return max(starts, starts.replace(year=starts.year + year, month=month + 1, day=1))
        case Frequency.YEARLY:
            years = (since.year - starts.year) // rule.interval * rule.interval
            return max(starts, starts.replace(year=starts.year + years, month=1, day=1))


@lru_cache(maxsize=1024)
def _last_counted(starts: datetime, rule: Rule) -> datetime:
    """The local start with which COUNT is used up: from it, a counted rule needs no counting again."""
    counted = islice(_rrule(rule, starts, starts, END_OF_TIME), rule.count)
    return max(counted, default=starts)
