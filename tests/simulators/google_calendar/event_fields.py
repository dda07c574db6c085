"""What an event may say: the rules of the documentation that its schema does not hold."""

import re
from datetime import timedelta

from tests.simulators.google_calendar.api_error import invalid
from tests.simulators.google_calendar.event_book import end_of, length_of, start_of
from tests.simulators.google_calendar.resource import Resource, number, part, parts, text, texts
from tests.simulators.google_calendar.series import Series

WRITABLE = frozenset(
    {
        *("summary", "description", "location", "colorId", "start", "end", "recurrence", "status", "transparency"),
        *("visibility", "reminders", "extendedProperties", "source", "attendees", "attachments", "eventType"),
        *("anyoneCanAddSelf", "guestsCanInviteOthers", "guestsCanModify", "guestsCanSeeOtherGuests"),
    }
)
"""Everything else that an event shows is the server's; what a client sends of it is ignored, as Google does."""
CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "transparency": {"opaque", "transparent"},
    "visibility": {"default", "public", "private", "confidential"},
    "colorId": {str(color) for color in range(1, 12)},
    "eventType": {"default"},
}
BASE32HEX = re.compile(r"[0-9a-v]{5,1024}")
LONGEST_KEY, LONGEST_VALUE, MOST_PROPERTIES = 44, 1024, 300
LONGEST_REMINDER, MOST_REMINDERS = 40320, 5


def check_id(event_id: str) -> None:
    if not BASE32HEX.fullmatch(event_id):
        raise invalid("Invalid resource id value.", "id")


def canonical(body: Resource) -> Resource:
    """What is stored of a whole event that a client sent. Raises ApiError."""
    fields: Resource = {name: value for name, value in body.items() if name in WRITABLE and value not in (None, [], {})}
    start, end = start_of(fields), end_of(fields)
    if end.since(start) < timedelta():
        raise invalid("The specified time range is empty.", reason="timeRangeEmpty")
    fields |= {"start": start.kept(), "end": end.kept()}
    fields.setdefault("status", "confirmed")
    fields.setdefault("reminders", {"useDefault": True})
    _check_recurrence(fields)
    _check_choices(fields)
    _check_reminders(part(fields, "reminders"))
    _check_properties(part(fields, "extendedProperties"))
    return fields


def _check_recurrence(fields: Resource) -> None:
    lines = texts(fields, "recurrence")
    if not lines:
        return
    for name in ("start", "end"):
        if "dateTime" in part(fields, name) and not text(fields, name, "timeZone"):
            raise invalid(f"Missing time zone definition for {name} time.", reason="required")
    length_of(fields)
    if not any(line.startswith(("RRULE:", "RDATE")) for line in lines):
        raise invalid("Invalid recurrence rule.", "recurrence")
    Series.parse(start_of(fields), lines)


def _check_choices(fields: Resource) -> None:
    for name, choices in CHOICES.items():
        if text(fields, name) and text(fields, name) not in choices:
            raise invalid(f"Invalid {name} value.", name)


def _check_reminders(reminders: Resource) -> None:
    overrides = parts(reminders, "overrides")
    if overrides and reminders.get("useDefault") is True:
        message = "Cannot specify both default reminders and overrides at the same time."
        raise invalid(message, reason="cannotUseDefaultRemindersAndSpecifyOverride")
    if len(overrides) > MOST_REMINDERS:
        raise invalid("The maximum number of override reminders is 5.", "reminders")
    for override in overrides:
        minutes = number(override, "minutes")
        if text(override, "method") not in {"email", "popup"} or minutes is None:
            raise invalid("Missing reminder method or minutes.", "reminders", reason="required")
        if not 0 <= minutes <= LONGEST_REMINDER:
            raise invalid("Invalid reminder minutes.", "reminders")


def _check_properties(properties: Resource) -> None:
    for kind in ("private", "shared"):
        found = part(properties, kind)
        long = any(len(key) > LONGEST_KEY or len(text(found, key)) > LONGEST_VALUE for key in found)
        if long or len(found) > MOST_PROPERTIES:
            raise invalid("The extended property is too long.", "extendedProperties")
