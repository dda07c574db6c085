"""How an event is shown to whoever asks for it."""

from tests.simulators.google_calendar.event_book import CANCELLED, Kept, end_of, is_cancelled, start_of
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.resource import Resource
from tests.simulators.google_calendar.when import rfc3339


def shown(calendar: KeptCalendar, kept: Kept, zone: str = "") -> Resource:
    """All that is known. Of a cancelled date of a living series that is its identity alone."""
    zone = zone or calendar.zone
    fields = calendar.book.fields(kept)
    if kept.is_bare or (kept.original is not None and is_cancelled(fields)):
        return bare(calendar, kept, zone)
    times = {"start": start_of(fields).shown(zone), "end": end_of(fields).shown(zone)}
    return {
        "kind": "calendar#event",
        "etag": kept.revision.etag,
        "id": kept.id,
        "htmlLink": f"https://www.google.com/calendar/event?eid={kept.id}",
        "created": rfc3339(kept.created),
        "updated": rfc3339(kept.updated),
        "creator": {"email": calendar.owner, **_itself(calendar.is_primary)},
        "organizer": {"email": calendar.id, "displayName": calendar.summary, "self": True},
        "iCalUID": kept.uid,
        "sequence": kept.sequence,
        "eventType": "default",
        **fields,
        **times,
        **_identity(kept, zone),
    }


def bare(calendar: KeptCalendar, kept: Kept, zone: str = "") -> Resource:
    """Of what is cancelled, all that the documentation guarantees."""
    return {
        "kind": "calendar#event",
        "etag": kept.revision.etag,
        "id": kept.id,
        "status": CANCELLED,
        **_identity(kept, zone or calendar.zone),
    }


def _identity(kept: Kept, zone: str) -> Resource:
    if kept.original is None:
        return {}
    return {"recurringEventId": kept.series_id, "originalStartTime": kept.original.shown(zone)}


def _itself(is_primary: bool) -> Resource:
    return {"self": True} if is_primary else {}
