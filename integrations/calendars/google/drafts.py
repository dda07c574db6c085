"""What is sent to Google of an event: the whole of a new one, and of one that is there only what must change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from integrations.calendars.google.anchor import BEGINS, anchored, beginning
from integrations.calendars.google.answer import Body
from integrations.calendars.google.entry import Entry
from integrations.calendars.google.ownership import alarm_changes, notes, reminders, text_changes
from integrations.calendars.google.series import PLAN, Series
from integrations.calendars.google.times import rule_lines, written
from rituals.calendar_event import Event
from rituals.recurrence import moment

CANCELLED: Body = {"status": "cancelled"}
CONFIRMED: Body = {"status": "confirmed"}
SOURCE = "Side by Side"


def settled(event: Event) -> Event:
    """What happens once has no dates that could differ from it: moved, it simply stands at its new time."""
    moved = [one.starts for one in event.standing_overrides() if one.starts is not None]
    if event.recurrence.rule is not None or not moved:
        return event
    return replace(event, recurrence=replace(event.recurrence, starts=moved[0]), overrides=())


def new_series(event: Event) -> Body:
    """Everything that we ever say, never the prompt. Private: not even who shares the calendar reads its title."""
    body: Body = {
        "summary": event.summary,
        "description": event.description,
        "visibility": "private",
        "extendedProperties": {"private": {PLAN: event.uid, BEGINS: beginning(event.recurrence), **notes(event)}},
        **_rhythm(event),
    }
    if event.url.startswith(("https://", "http://")):
        body["source"] = {"title": SOURCE, "url": event.url}
    if event.reminders is not None:
        body["reminders"] = reminders(event.reminders)
    return body


def revived_series(event: Event) -> Body:
    """Of a deleted event Google need not know anything any more but its id."""
    return {**new_series(event), **CONFIRMED, **_rhythm(event, was_day=True)}


def keeps_rhythm(held: Series, event: Event) -> bool:
    """Dates left out by EXDATE count as another rhythm: we say it date by date, as Google's own apps do."""
    return held.recurrence == event.recurrence and len(held.master.lines) <= 1


def series_changes(held: Series, event: Event) -> Body:
    """Empty where nothing must change. What its owner added or reworded is left as they made it."""
    master, body, noted = held.master, Body(), {}
    if not keeps_rhythm(held, event):
        body |= _rhythm(event, was_day=master.starts.at is None)
        noted[BEGINS] = beginning(event.recurrence)
    texts, noted_texts = text_changes(master, event, master.properties)
    alarms, noted_alarms = alarm_changes(master, event)
    return _noting(body | texts | alarms, {**noted, **noted_texts, **noted_alarms, **_plan(master, event)})


def date_changes(held: Entry, event: Event, starts: datetime | None, series: Entry) -> Body:
    """The same for one date that is to stand at `starts`, or to be left out."""
    if starts is None:
        return {} if held.is_cancelled else dict(CANCELLED)
    body = dict(CONFIRMED) if held.is_cancelled else Body()
    starts_at = moment(starts, event.recurrence.zone)
    if (held.starts.at, held.ends.at) != (starts_at, starts_at + event.recurrence.duration):
        body |= _times(event, starts, was_day=held.starts.at is None)
    texts, noted = text_changes(held, event, held.properties or series.properties)
    return _noting(body | texts, noted)


def _rhythm(event: Event, *, was_day: bool = False) -> Body:
    written_as = anchored(event.recurrence)
    return {**_times(event, written_as.starts, was_day=was_day), "recurrence": rule_lines(written_as.rule)}


def _times(event: Event, starts: datetime, *, was_day: bool = False) -> Body:
    zone = event.recurrence.zone
    starts_at = moment(starts, zone)
    # A PATCH leaves what it does not name: the day of an all-day event must be taken away.
    no_day: Body = {"date": None} if was_day else {}
    return {
        "start": {**written(starts_at, zone), **no_day},
        "end": {**written(starts_at + event.recurrence.duration, zone), **no_day},
    }


def _noting(body: Body, noted: Mapping[str, str]) -> Body:
    return body | {"extendedProperties": {"private": dict(noted)}} if noted else body


def _plan(held: Entry, event: Event) -> dict[str, str]:
    return {} if held.properties.get(PLAN) == event.uid else {PLAN: event.uid}
