"""The method that tells when people are taken, and nothing else of what they do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulators.google_calendar.api_error import ApiError, invalid
from tests.simulators.google_calendar.call import Call
from tests.simulators.google_calendar.event_book import end_of, is_cancelled, start_of
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.resource import Json, Resource, number, parts, text
from tests.simulators.google_calendar.when import rfc3339, zone_info

LONGEST_RANGE = timedelta(days=90)
MOST_CALENDARS = 50
PRIMARY_ONLY = frozenset({"calendar.freebusy"})

Stretch = tuple[datetime, datetime]


def query(call: Call) -> Resource:
    begin, end = _moment(call.body, "timeMin"), _moment(call.body, "timeMax")
    if begin >= end:
        raise invalid("The specified time range is empty.", "timeMax", reason="timeRangeEmpty")
    if end - begin > LONGEST_RANGE:
        raise invalid("The requested time range is too long.", "timeMax", reason="timeRangeTooLong")
    zone = zone_info(text(call.body, "timeZone") or "UTC")
    asked = [text(item, "id") for item in parts(call.body, "items")]
    most = min(number(call.body, "calendarExpansionMax") or MOST_CALENDARS, MOST_CALENDARS)
    if len(asked) > most:
        raise invalid("Too many calendars requested.", "items", reason="tooManyCalendarsRequested")
    calendars: Resource = {}
    for name in asked:
        calendar = _calendar(call, name)
        calendars[name] = _busy(calendar, begin, end, zone) if calendar is not None else _not_found()
    return {
        "kind": "calendar#freeBusy",
        "timeMin": rfc3339(begin.astimezone(UTC)),
        "timeMax": rfc3339(end.astimezone(UTC)),
        "calendars": calendars,
    }


def taken(calendar: KeptCalendar, begin: datetime, end: datetime) -> list[Stretch]:
    """Stretches that are neither cancelled nor marked as free, as a whole where they reach over an end; merged."""
    book = calendar.book
    found: list[Stretch] = []
    for kept in list(book.events.values()):
        if is_cancelled(kept.fields):
            continue
        for date in book.dates(kept, end) if book.is_series(kept) else [kept]:
            fields = book.fields(date)
            stretch = start_of(fields).instant(calendar.zone), end_of(fields).instant(calendar.zone)
            blocks = not is_cancelled(fields) and text(fields, "transparency") != "transparent"
            if blocks and stretch[0] < end and stretch[1] > begin:
                found.append(stretch)
    return _merged(sorted(found))


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for begin, end in stretches:
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged


def _busy(calendar: KeptCalendar, begin: datetime, end: datetime, zone: ZoneInfo) -> Resource:
    busy: list[Json] = [
        {"start": rfc3339(first.astimezone(zone)), "end": rfc3339(last.astimezone(zone))}
        for first, last in taken(calendar, begin, end)
    ]
    return {"busy": busy}


def _calendar(call: Call, name: str) -> KeptCalendar | None:
    """With `calendar.freebusy` alone nobody but the primary calendar answers."""
    try:
        found = call.account.calendar(name)
    except ApiError:
        return None
    return None if call.scopes & call.method.scopes <= PRIMARY_ONLY and not found.is_primary else found


def _not_found() -> Resource:
    return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}


def _moment(body: Resource, name: str) -> datetime:
    found = datetime.fromisoformat(text(body, name).upper()) if text(body, name) else None
    if found is None or found.tzinfo is None:
        raise invalid(f"Missing {name}.", name, reason="required")
    return found
