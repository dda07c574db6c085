"""A recurrence rule as a person chooses it in a form: every so often, on which days, until when."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from rituals.rhythm_words import last_day, words
from rituals.rule import Day, Frequency, RecurrenceError, Rule, Weekday
from rituals.zone import moment

__all__ = ["Ends", "Every", "MonthMode", "Rhythm", "words"]


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class MonthMode(StrEnum):
    """Which day of the month: its number, or the weekday of the start counted from either end."""

    DATE = "date"
    WEEKDAY = "weekday"
    LAST_WEEKDAY = "last_weekday"


class Ends(StrEnum):
    NEVER = "never"
    ON = "on"
    AFTER = "after"


FREQUENCIES = {
    Every.DAY: Frequency.DAILY,
    Every.WEEK: Frequency.WEEKLY,
    Every.MONTH: Frequency.MONTHLY,
    Every.YEAR: Frequency.YEARLY,
}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What the form holds; fields that the choice of `every` or `ends` leaves out are ignored."""

    every: Every
    interval: int = 1
    weekdays: frozenset[Weekday] = frozenset()
    """By the week only; none chosen means that of the start."""
    month_mode: MonthMode = MonthMode.DATE
    ends: Ends = Ends.NEVER
    until: date | None = None
    """The last day, it included."""
    times: int | None = None

    @classmethod
    def from_rule(cls, rule: Rule, starts: datetime, *, zone: str) -> Self | None:
        """The choices that give this rule; None for one that the form cannot say (a calendar may bring it)."""
        plain = _outright(rule, starts)
        ends = Ends.ON if rule.until else Ends.AFTER if rule.count else Ends.NEVER
        every = {frequency: every for every, frequency in FREQUENCIES.items()}[plain.frequency]
        rhythm = cls(
            every=every,
            interval=plain.interval,
            weekdays=frozenset(day.weekday for day in plain.days) if every is Every.WEEK else frozenset(),
            month_mode=_month_mode(plain),
            ends=ends,
            until=last_day(rule.until, starts, zone) if rule.until else None,
            times=rule.count,
        )
        said = rhythm._endless(starts)
        return rhythm if said == replace(plain, count=None, until=None) else None

    def rule(self, starts: datetime, *, zone: str) -> Rule:
        """The rule for a plan that starts at the naive `starts` in `zone`."""
        endless = self._endless(starts)
        match self.ends:
            case Ends.NEVER:
                return endless
            case Ends.AFTER:
                if self.times is None:
                    raise RecurrenceError("Choose how many times.")
                return replace(endless, count=self.times)
            case Ends.ON:
                return replace(endless, until=self._until(starts, zone))

    def _endless(self, starts: datetime) -> Rule:
        weekday = Weekday.of(starts)
        days, month_days = frozenset[Day](), frozenset[int]()
        if self.every is Every.WEEK:
            days = frozenset(map(Day, self.weekdays or {weekday}))
        elif self.every is Every.MONTH and self.month_mode is MonthMode.DATE:
            month_days = frozenset({starts.day})
        elif self.every is Every.MONTH:
            nth = (starts.day - 1) // 7 + 1
            last = self.month_mode is MonthMode.LAST_WEEKDAY or nth == 5
            days = frozenset({Day(weekday, -1 if last else nth)})
        return Rule(FREQUENCIES[self.every], self.interval, days=days, month_days=month_days)

    def _until(self, starts: datetime, zone: str) -> datetime:
        if self.until is None:
            raise RecurrenceError("Choose the last day.")
        if self.until < starts.date():
            raise RecurrenceError("The last day comes before the first.")
        if self.until.year > starts.year + LONGEST_YEARS:
            raise RecurrenceError(f"Choose a last day within {LONGEST_YEARS} years.")
        return moment(datetime.combine(self.until, starts.time()), zone)


LONGEST_YEARS = 100


def _outright(rule: Rule, starts: datetime) -> Rule:
    """The same rule with the days said that `starts` implies, and in one way where there are two."""
    if rule.frequency is Frequency.DAILY and rule.interval == 1 and rule.days:
        rule = replace(rule, frequency=Frequency.WEEKLY)
    if rule.frequency is Frequency.WEEKLY:
        matters = rule.interval > 1 and len(rule.days) > 1
        days = rule.days or frozenset({Day(Weekday.of(starts))})
        return replace(rule, days=days, week_start=rule.week_start if matters else Weekday.MONDAY)
    if rule.frequency is Frequency.MONTHLY and not (rule.days or rule.month_days):
        rule = replace(rule, month_days=frozenset({starts.day}))
    return replace(rule, week_start=Weekday.MONDAY)


def _month_mode(rule: Rule) -> MonthMode:
    if any(day.nth == -1 for day in rule.days):
        return MonthMode.LAST_WEEKDAY
    return MonthMode.WEEKDAY if rule.days else MonthMode.DATE
