"""From what was filled in to terms that two people can agree on, or a sentence beside each field that is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from rituals.recurrence import Recurrence, RecurrenceError, known_zone
from rituals.refused import RefusedError
from rituals.rhythm import Ends, Every, MonthMode, Rhythm
from rituals.rule import MAXIMUM_COUNT, MAXIMUM_INTERVAL, Rule, Weekday
from rituals.version import Terms
from service.web.if_then import finished
from service.web.plan_fields import ONCE, PlanFields, day_of, minute_of

LONGEST_MINUTES = 24 * 60
PLACES = {"starts": "date", "rule": "every"}
"""Where the form shows a sentence about something that is no field of its own."""

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Reading:
    """The terms, or what stands against them by field."""

    terms: Terms | None
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class FieldByField:
    """Reads one part after the other, so that everything that is wrong is said at once."""

    fields: PlanFields
    errors: dict[str, str] = field(default_factory=dict)

    def part(self, name: str, read: Callable[[], Part]) -> Part | None:
        try:
            return read()
        except (RefusedError, RecurrenceError) as error:
            where = error.field if isinstance(error, RefusedError) and error.field else name
            self.errors.setdefault(PLACES.get(where, where), str(error))
            return None


def read_terms(fields: PlanFields, now: datetime) -> Reading:
    """Everything checked; nothing is guessed."""
    reader = FieldByField(fields)
    starts = reader.part("date", lambda: _starts(fields))
    length = reader.part("minutes", lambda: _length(fields))
    zone = reader.part("zone", lambda: _zone(fields))
    if starts is None or length is None or zone is None:
        reader.part("every", lambda: _rhythm(fields))
        return Reading(None, reader.errors)
    terms = reader.part("every", lambda: _terms(fields, starts, zone, length, now))
    return Reading(terms, reader.errors)


def _terms(fields: PlanFields, starts: datetime, zone: str, length: timedelta, now: datetime) -> Terms:
    rhythm = _rhythm(fields)
    rule = _rule(rhythm, starts, zone) if rhythm else None
    return Terms.of(Recurrence(starts, zone, length, rule), finished(fields.intention), now)


def _rule(rhythm: Rhythm, starts: datetime, zone: str) -> Rule:
    try:
        return rhythm.rule(starts, zone=zone)
    except RecurrenceError as error:
        # Everything else about the rule was checked before; what is left is its end.
        raise RefusedError(str(error), field="until" if rhythm.ends is Ends.ON else "times") from error


def _starts(fields: PlanFields) -> datetime:
    day = day_of(fields.date)
    if day is None:
        raise RefusedError("Choose the day on which it begins.", field="date")
    hour = minute_of(fields.time)
    if hour is None:
        raise RefusedError("Choose a start in hours and minutes, like 19:00.", field="time")
    return datetime.combine(day, hour)


def _length(fields: PlanFields) -> timedelta:
    minutes = _whole(fields.minutes)
    if minutes is None or not 1 <= minutes <= LONGEST_MINUTES:
        raise RefusedError("Choose a length from 1 minute to 24 hours, in minutes.", field="minutes")
    return timedelta(minutes=minutes)


def _zone(fields: PlanFields) -> str:
    if not known_zone(fields.zone):
        raise RefusedError(
            "We do not know that time zone. Type a city near you, like Madrid, and choose from the list.", field="zone"
        )
    return fields.zone


def _rhythm(fields: PlanFields) -> Rhythm | None:
    """What repeats; None for something that happens once."""
    if fields.every == ONCE:
        return None
    if fields.every not in list(Every):
        raise RefusedError("Choose days, weeks, months or years.", field="every")
    if not set(fields.weekdays) <= set(Weekday):
        raise RefusedError("There is no such day of the week.", field="weekdays")
    if fields.month_mode not in list(MonthMode):
        raise RefusedError("Choose how the day of the month is found.", field="month_mode")
    return Rhythm(
        every=Every(fields.every),
        interval=_interval(fields),
        weekdays=frozenset(map(Weekday, fields.weekdays)),
        month_mode=MonthMode(fields.month_mode),
        ends=_ends(fields),
        until=day_of(fields.until),
        times=_times(fields),
    )


def _interval(fields: PlanFields) -> int:
    interval = _whole(fields.interval)
    if interval is None or not 1 <= interval <= MAXIMUM_INTERVAL:
        raise RefusedError(f"Choose a number from 1 to {MAXIMUM_INTERVAL}.", field="interval")
    return interval


def _ends(fields: PlanFields) -> Ends:
    if len(fields.ends) > 1:
        raise RefusedError("Choose an end date or a number of times, not both.", field="ends")
    if fields.end not in list(Ends):
        raise RefusedError("Choose whether it ends, and how.", field="ends")
    return Ends(fields.end)


def _times(fields: PlanFields) -> int | None:
    if fields.end != Ends.AFTER:
        return None
    times = _whole(fields.times)
    if times is None or not 1 <= times <= MAXIMUM_COUNT:
        raise RefusedError(f"Choose from 1 to {MAXIMUM_COUNT} times.", field="times")
    return times


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else None
