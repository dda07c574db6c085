"""The small grammar of recurrence rules that a plan may use (RFC 5545, section 3.3.10)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Self

from rituals.refused import RefusedError

MAXIMUM_INTERVAL = 52
MAXIMUM_COUNT = 1000
MAXIMUM_LENGTH = 200
FIRST_YEAR, LAST_YEAR = 1970, 2199


class RecurrenceError(RefusedError):
    """A recurrence that cannot be; its text is a sentence for the person who filled in the form."""


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Weekday(StrEnum):
    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"

    @classmethod
    def of(cls, day: date) -> Self:
        return list(cls)[day.weekday()]

    @property
    def number(self) -> int:
        """Monday is 0, as in `date.weekday()`."""
        return list(Weekday).index(self)


@dataclass(frozen=True, slots=True)
class Day:
    """One entry of BYDAY: every such weekday, or with `nth` the nth of the month (-1 is the last)."""

    weekday: Weekday
    nth: int = 0

    def __str__(self) -> str:
        return f"{self.nth or ''}{self.weekday}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule; the empty sets mean what DTSTART says, as RFC 5545 has it."""

    frequency: Frequency
    interval: int = 1
    days: frozenset[Day] = frozenset()
    month_days: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()
    count: int | None = None
    until: datetime | None = None
    """The last possible moment, aware UTC and inclusive."""
    week_start: Weekday = Weekday.MONDAY

    def __post_init__(self) -> None:
        _refuse_unless(1 <= self.interval <= MAXIMUM_INTERVAL, f"Choose an interval from 1 to {MAXIMUM_INTERVAL}.")
        self._check_days()
        self._check_end()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an RRULE; whatever the grammar above does not name is refused."""
        parts = _parts(text)
        return cls(
            frequency=_frequency(parts["FREQ"]),
            interval=_number(parts.get("INTERVAL", "1")),
            days=frozenset(map(_day, _items(parts, "BYDAY"))),
            month_days=frozenset(map(_number, _items(parts, "BYMONTHDAY"))),
            positions=frozenset(map(_number, _items(parts, "BYSETPOS"))),
            count=_number(parts["COUNT"]) if "COUNT" in parts else None,
            until=_moment(parts["UNTIL"]) if "UNTIL" in parts else None,
            week_start=_weekday(parts.get("WKST", "MO")),
        )

    def __str__(self) -> str:
        """The canonical RRULE value; equal rules have equal text."""
        days = sorted(self.days, key=lambda day: (day.nth, day.weekday.number))
        parts = {
            "FREQ": str(self.frequency),
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "BYDAY": ",".join(map(str, days)),
            "BYMONTHDAY": ",".join(map(str, sorted(self.month_days))),
            "BYSETPOS": ",".join(map(str, sorted(self.positions))),
            "COUNT": str(self.count or ""),
            "UNTIL": f"{self.until:%Y%m%dT%H%M%SZ}" if self.until else "",
            "WKST": "" if self.week_start is Weekday.MONDAY else str(self.week_start),
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    def _check_days(self) -> None:
        monthly = self.frequency is Frequency.MONTHLY
        _refuse_unless(monthly or not (self.month_days or self.positions), "Days of the month need a monthly rhythm.")
        _refuse_unless(
            self.frequency is not Frequency.YEARLY or not self.days, "A yearly rhythm follows its first date."
        )
        nths = {day.nth for day in self.days} - {0}
        _refuse_unless(monthly or not nths, "The first, second or last weekday needs a monthly rhythm.")
        _refuse_unless(all(-5 <= nth <= 5 for nth in nths), "A month has at most five of each weekday.")
        _refuse_unless(not (nths and self.month_days), "Choose days of the week or days of the month, not both.")
        _refuse_unless(
            all(day and -31 <= day <= 31 for day in self.month_days | self.positions), "A month has days 1 to 31."
        )
        _refuse_unless(not self.positions or bool(self.days or self.month_days), "Choose the days to pick from.")

    def _check_end(self) -> None:
        _refuse_unless(self.count is None or self.until is None, "Choose an end date or a number of times, not both.")
        _refuse_unless(
            self.count is None or 1 <= self.count <= MAXIMUM_COUNT, f"Choose from 1 to {MAXIMUM_COUNT} times."
        )
        if self.until is not None:
            _refuse_unless(self.until.tzinfo is UTC and not self.until.microsecond, "The end must be a moment in UTC.")
            _refuse_unless(
                FIRST_YEAR <= self.until.year <= LAST_YEAR, f"Choose an end from {FIRST_YEAR} to {LAST_YEAR}."
            )


KEYS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST"})


def _refuse_unless(holds: bool, reason: str) -> None:
    if not holds:
        raise RecurrenceError(reason)


def _parts(text: str) -> Mapping[str, str]:
    _refuse_unless(len(text) <= MAXIMUM_LENGTH, "This rhythm is too complicated for us.")
    pairs = [part.split("=", 1) for part in text.upper().split(";")]
    _refuse_unless(all(len(pair) == 2 and pair[1] for pair in pairs), "This rhythm cannot be read.")
    parts = {pair[0]: pair[1] for pair in pairs}
    _refuse_unless(len(parts) == len(pairs), "This rhythm says the same thing twice.")
    _refuse_unless(parts.keys() <= KEYS, "We only know rhythms by day, week, month and year.")
    _refuse_unless("FREQ" in parts, "A rhythm says how often: by day, week, month or year.")
    return parts


def _items(parts: Mapping[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _frequency(text: str) -> Frequency:
    _refuse_unless(text in list(Frequency), "We only know rhythms by day, week, month and year.")
    return Frequency(text)


def _weekday(text: str) -> Weekday:
    _refuse_unless(text in list(Weekday), "There is no such day of the week.")
    return Weekday(text)


def _number(text: str) -> int:
    _refuse_unless(re.fullmatch(r"[+-]?[0-9]{1,4}", text) is not None, "This rhythm has a number that cannot be read.")
    return int(text)


def _day(text: str) -> Day:
    nth, weekday = text[:-2], _weekday(text[-2:])
    day = Day(weekday, _number(nth) if nth else 0)
    _refuse_unless(not nth or day.nth != 0, "A month has no weekday number 0.")
    return day


def _moment(text: str) -> datetime:
    _refuse_unless(
        re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", text) is not None, "The end of a rhythm must be a moment in UTC."
    )
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise RecurrenceError("The end of this rhythm is no date.") from error
