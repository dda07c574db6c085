"""Which dates a recurring event has: its RRULE, RDATE and EXDATE lines, expanded on the wall clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from heapq import merge
from itertools import islice, takewhile

from dateutil.rrule import rrule, rrulestr

from tests.simulators.google_calendar.api_error import ApiError, invalid
from tests.simulators.google_calendar.when import When, compact

MOST_INSTANCES = 730
"""Google's help names it as the most that one series has."""
LINE = re.compile(r"(RRULE|RDATE|EXDATE)((?:;[^:;]+)*):(.+)")
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


def bad_rule() -> ApiError:
    return invalid("Invalid recurrence rule.", "recurrence")


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE, its end apart: that is compared with moments, the rest with the wall clock."""

    parts: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> "Rule":
        parts = dict(pair.split("=", 1) for pair in text.upper().split(";") if "=" in pair)
        if parts.get("FREQ") not in FREQUENCIES or parts.get("INTERVAL") == "0" or {"COUNT", "UNTIL"} <= parts.keys():
            raise bad_rule()
        rule = cls(tuple(parts.items()))
        rule.starts(datetime(2027, 1, 1))
        rule.includes(When(None, date(2027, 1, 1), ""))
        return rule

    def starts(self, begin: datetime) -> rrule:
        try:
            return _expanded(";".join(f"{name}={value}" for name, value in self.parts if name != "UNTIL"), begin)
        except (ValueError, TypeError, AttributeError) as error:
            raise bad_rule() from error

    def includes(self, start: When) -> bool:
        """Whether it starts by the end of the rule, which is part of it."""
        until = dict(self.parts).get("UNTIL", "")
        try:
            if not until:
                return True
            end = compact(until)
            if not isinstance(end, datetime):
                return start.local().date() <= end
            return start.instant("UTC") <= end.replace(tzinfo=end.tzinfo or UTC)
        except ValueError as error:
            raise bad_rule() from error


@dataclass(frozen=True, slots=True)
class Series:
    """All dates of one recurring event by their original starts."""

    start: When
    rules: tuple[Rule, ...]
    added: frozenset[str]
    left_out: frozenset[str]

    @classmethod
    def parse(cls, start: When, lines: list[str]) -> "Series":
        """Raises ApiError."""
        found = [_line(line) for line in lines]
        rules = tuple(Rule.parse(value) for name, _, value in found if name == "RRULE")
        dates: dict[str, set[str]] = {"RDATE": set(), "EXDATE": set()}
        for name, parameters, value in found:
            if name != "RRULE":
                dates[name] |= {_date(item, parameters, start) for item in value.split(",")}
        return cls(start, rules, frozenset(dates["RDATE"]), frozenset(dates["EXDATE"]))

    def originals(self, until: datetime | None = None) -> Iterator[When]:
        """In order, those that start before `until`; without one, `MOST_INSTANCES` at most."""
        if until is None:
            return islice(self._originals(), MOST_INSTANCES)
        return takewhile(lambda start: start.instant("UTC") < until, self._originals())

    def gives(self, original: When) -> bool:
        key, instant = original.key(), original.instant("UTC")
        return any(found.key() == key for found in self.originals(instant + timedelta(seconds=1)))

    def _originals(self) -> Iterator[When]:
        last = ""
        for start in self._starts():
            key = start.key()
            if key != last and key not in self.left_out:
                yield start
            last = key

    def _starts(self) -> Iterator[When]:
        """DTSTART counts whether it fits the rule or not (RFC 5545, section 3.8.5.3)."""
        by_rule = [self._by_rule(rule) for rule in self.rules]
        added = sorted((self._when(key) for key in self.added), key=_instant)
        return merge([self.start], added, *by_rule, key=_instant)

    def _by_rule(self, rule: Rule) -> Iterator[When]:
        begin = self.start.local()
        for local in rule.starts(begin):
            start = self._at(local)
            if not rule.includes(start):
                return
            yield start

    def _at(self, local: datetime) -> When:
        if self.start.day is not None:
            return When(None, local.date(), self.start.zone)
        return When.at(local, self.start.zone)

    def _when(self, key: str) -> When:
        return When.of_key(key, self.start.zone)


def _instant(when: When) -> datetime:
    return when.instant("UTC")


@lru_cache(maxsize=4096)
def _expanded(rule: str, begin: datetime) -> rrule:
    """Remembers what it has expanded: series are asked again and again."""
    found = rrulestr(rule, dtstart=begin, cache=True)
    assert isinstance(found, rrule)
    return found


def _line(line: str) -> tuple[str, str, str]:
    match = LINE.fullmatch(line)
    if match is None:
        raise bad_rule()
    return match[1], match[2], match[3]


def _date(value: str, parameters: str, start: When) -> str:
    """The key of a date in an RDATE or EXDATE line."""
    zone = re.search(r";TZID=([^;]+)", parameters)
    try:
        found = compact(value)
    except ValueError as error:
        raise bad_rule() from error
    if start.day is not None:
        return f"{found:%Y%m%d}"
    if not isinstance(found, datetime):
        # A date against a timed series means that day's start.
        return When.at(datetime.combine(found, start.local().time()), start.zone).key()
    if found.tzinfo is not None:
        return When(found.astimezone(UTC), None, start.zone).key()
    return When.at(found, zone[1] if zone else start.zone).key()
