"""Whose words and alarms an event carries: ours follow the plan, those of the calendar's owner stay.

Beside each of them we note what we last wrote. Whatever differs from the note was changed by its owner,
and from then on it is theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256

from integrations.calendars.google.answer import Body
from integrations.calendars.google.entry import Alarm, Entry
from rituals.calendar_event import Event

TITLE, NOTES, ALARMS = "title", "notes", "alarms"
"""The properties that hold our notes."""
HABIT = "habit"
"""The note for alarms that are left to the calendar."""
MOST_ALARMS = 5
LONGEST_ALARM = 40320
"""Minutes; both are Google's limits."""


def notes(event: Event) -> dict[str, str]:
    """On what we write now."""
    return {
        TITLE: _print(event.summary),
        NOTES: _print(event.description),
        ALARMS: _alarms_note(_wanted_alarms(event.reminders)),
    }


def reminders(wanted: Sequence[timedelta]) -> Body:
    alarms = _wanted_alarms(wanted) or frozenset()
    return {"useDefault": False, "overrides": [{"method": method, "minutes": one} for method, one in sorted(alarms)]}


def text_changes(held: Entry, event: Event, noted: Mapping[str, str]) -> tuple[Body, dict[str, str]]:
    """The words that must change, and the new notes on them."""
    body, fresh = Body(), {}
    for field, name, found, wanted in (
        ("summary", TITLE, held.title, event.summary),
        ("description", NOTES, held.notes, event.description),
    ):
        if noted.get(name) == _print(found) != _print(wanted):
            body[field], fresh[name] = wanted, _print(wanted)
    return body, fresh


def alarm_changes(held: Entry, event: Event) -> tuple[Body, dict[str, str]]:
    """The alarms that must change, and the new note on them."""
    found, wanted = _alarms_note(held.alarms), _alarms_note(_wanted_alarms(event.reminders))
    if found != held.properties.get(ALARMS, HABIT) or found == wanted:
        return {}, {}
    habit: Body = {"useDefault": True, "overrides": None}
    return {"reminders": habit if event.reminders is None else reminders(event.reminders)}, {ALARMS: wanted}


def _print(text: str) -> str:
    """Of the words alone: spaces and line ends may be changed by whoever keeps them."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:20]


def _wanted_alarms(wanted: Iterable[timedelta] | None) -> frozenset[Alarm] | None:
    if wanted is None:
        return None
    minutes = sorted({min(max(int(one.total_seconds() // 60), 0), LONGEST_ALARM) for one in wanted})
    return frozenset(("popup", one) for one in minutes[:MOST_ALARMS])


def _alarms_note(alarms: frozenset[Alarm] | None) -> str:
    return HABIT if alarms is None else ",".join(f"{method}:{minutes}" for method, minutes in sorted(alarms))
