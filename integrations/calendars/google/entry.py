"""One event as the API holds it: a series, a single event, or one date of a series that differs."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.calendars.google.answer import Answer
from integrations.calendars.google.times import Time

FIELDS = (
    "id,etag,status,recurringEventId,originalStartTime,start,end,recurrence,summary,description,"
    "extendedProperties/private,reminders"
)
"""All that is ever asked for: what else its owner wrote there is none of our business."""

Alarm = tuple[str, int]
"""How ('popup', 'email'), and how many minutes before."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was read of it."""

    name: str
    """Its id."""
    etag: str
    is_cancelled: bool
    series: str
    """The id of the series whose date it is; empty for a series, and for a single event."""
    original: Time
    """Of a date of a series: when the rule would have it."""
    starts: Time
    ends: Time
    lines: tuple[str, ...]
    """RRULE, EXDATE and the like."""
    title: str
    notes: str
    properties: Mapping[str, str]
    """What we noted there for ourselves, unseen by its owner."""
    alarms: frozenset[Alarm] | None
    """None: the calendar's own habit."""

    @classmethod
    def of(cls, answer: Answer) -> "Entry":
        noted = answer.part("extendedProperties").part("private").fields
        return cls(
            name=answer.text("id"),
            etag=answer.text("etag"),
            is_cancelled=answer.text("status") == "cancelled",
            series=answer.text("recurringEventId"),
            original=Time.of(answer.part("originalStartTime")),
            starts=Time.of(answer.part("start")),
            ends=Time.of(answer.part("end")),
            lines=answer.texts("recurrence"),
            title=answer.text("summary"),
            notes=answer.text("description"),
            properties={name: value for name, value in noted.items() if isinstance(value, str)},
            alarms=_alarms(answer.part("reminders")),
        )


def _alarms(reminders: Answer) -> frozenset[Alarm] | None:
    if not reminders.fields or reminders.truth("useDefault"):
        return None
    return frozenset((one.text("method"), one.whole("minutes") or 0) for one in reminders.parts("overrides"))
