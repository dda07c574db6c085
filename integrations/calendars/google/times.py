"""Moments and rules as the API writes them, and back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from integrations.calendars.google.answer import Answer, Body
from rituals.recurrence import Recurrence, RecurrenceError, Rule, known_zone, moment, wall_clock
from rituals.rule import Frequency
from rituals.zone import zone_info

_EXCLUDED = re.compile(r"EXDATE((?:;[A-Z-]+=[^;:]+)*):([0-9TZ,]+)")
_LAST_DAY = re.compile(r"UNTIL=([0-9]{8})(?=;|$)")


@dataclass(frozen=True, slots=True)
class Time:
    """A start or an end: a moment, or a whole day."""

    at: datetime | None
    """Aware UTC; None for a whole day, and where there is nothing to read."""
    day: date | None
    zone: str
    """In which it repeats; empty where nothing is said."""

    @classmethod
    def of(cls, answer: Answer) -> "Time":
        zone = answer.text("timeZone")
        return cls(_moment(answer.text("dateTime"), zone), _day(answer.text("date")), zone)

    def starts(self, zone: str, original_starts: datetime) -> datetime | None:
        """On the clocks of `zone`; a whole day counts as that day at the usual hour."""
        if self.at is not None:
            return wall_clock(self.at, zone).replace(second=0, microsecond=0)
        return datetime.combine(self.day, original_starts.time()) if self.day is not None else None


def written(at: datetime, zone: str) -> Body:
    """With its offset, so that an hour that comes twice is the one that we mean."""
    return {"dateTime": at.astimezone(zone_info(zone)).isoformat(timespec="seconds"), "timeZone": zone}


def rule_lines(rule: Rule | None) -> list[str]:
    return [f"RRULE:{rule}"] if rule is not None else []


def read_recurrence(starts: Time, ends: Time, lines: Sequence[str], *, zone: str) -> Recurrence | None:
    """None for what a plan cannot say. `zone` is the calendar's, for an event that names none of its own."""
    zone = starts.zone or zone
    if starts.at is None or ends.at is None or not known_zone(zone):
        return None
    rules = [line for line in lines if not _EXCLUDED.fullmatch(line)]
    try:
        rule = _rule(rules, zone)
        return Recurrence(wall_clock(starts.at, zone), zone, ends.at - starts.at, rule)
    except RecurrenceError:
        return None


def left_out(lines: Sequence[str], recurrence: Recurrence) -> list[datetime]:
    """The moments of the dates that EXDATE lines take out, as programs other than Google's write them."""
    found = []
    for line in filter(None, map(_EXCLUDED.fullmatch, lines)):
        given = re.search(r";TZID=([^;:]+)", line[1])
        zone = given[1] if given is not None and known_zone(given[1]) else recurrence.zone
        found += [_excluded(text, zone, recurrence) for text in line[2].split(",")]
    return [at for at in found if at is not None]


def _rule(lines: Sequence[str], zone: str) -> Rule | None:
    if not lines:
        return None
    name, _, text = lines[0].partition(":")
    if len(lines) > 1 or name.upper() != "RRULE":
        raise RecurrenceError("This rhythm cannot be read.")
    rule = Rule.parse(_LAST_DAY.sub(lambda found: f"UNTIL={_end_of(found[1], zone)}", text.upper()))
    if rule.frequency is Frequency.WEEKLY and rule.interval > 1:
        return rule
    # With any other rule the first day of the week says nothing, and some programs always write it.
    return Rule.parse(re.sub(r";WKST=[A-Z]{2}", "", str(rule)))


def _end_of(day: str, zone: str) -> str:
    """UNTIL of a whole day lets the series end with it."""
    starts = _parsed(day, "%Y%m%d")
    if starts is None:
        raise RecurrenceError("The end of this rhythm is no date.")
    return f"{moment(starts + timedelta(days=1), zone) - timedelta(seconds=1):%Y%m%dT%H%M%SZ}"


def _excluded(text: str, zone: str, recurrence: Recurrence) -> datetime | None:
    if text.endswith("Z"):
        at = _parsed(text, "%Y%m%dT%H%M%SZ")
        return at.replace(tzinfo=UTC) if at is not None else None
    if "T" in text:
        starts = _parsed(text, "%Y%m%dT%H%M%S")
        return moment(starts, zone) if starts is not None else None
    day = _parsed(text, "%Y%m%d")
    return moment(datetime.combine(day, recurrence.starts.time()), recurrence.zone) if day is not None else None


def _moment(text: str, zone: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            return moment(at, zone)
        return at.astimezone(UTC)
    except (ValueError, OverflowError, RecurrenceError):
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a wall-clock time, or made aware by the caller
    except ValueError:
        return None
