"""The methods of one event: insert, get, patch, update, delete, move."""

from uuid import uuid4

from tests.simulators.google_calendar.api_error import deleted, duplicate, invalid, not_found, violation
from tests.simulators.google_calendar.call import Call
from tests.simulators.google_calendar.event_book import CANCELLED, EventBook, Kept, is_cancelled
from tests.simulators.google_calendar.event_fields import canonical, check_id
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.rendering import shown
from tests.simulators.google_calendar.resource import Resource, merged, number, text

OLD_SEQUENCE = (
    "Invalid sequence value. The specified sequence number is below the current sequence number of the resource. "
    "Re-fetch the resource and use its sequence number on the following request."
)


def insert(call: Call) -> Resource:
    """An id that is known is refused, also of an event that was deleted."""
    calendar = call.calendar()
    event_id, uid = text(call.body, "id"), text(call.body, "iCalUID")
    if event_id and uid:
        raise violation("Only one of id and iCalUID should be supplied.")
    if event_id:
        check_id(event_id)
    if event_id in calendar.book.events or (uid and any(one.uid == uid for one in calendar.book.events.values())):
        raise duplicate()
    event_id = event_id or uuid4().hex
    uid = uid or f"{event_id}@google.com"
    kept = calendar.book.add(event_id, canonical(call.body), uid=uid, sequence=number(call.body, "sequence") or 0)
    return shown(calendar, kept)


def get(call: Call) -> Resource:
    """Also of an event that was deleted."""
    calendar = call.calendar()
    kept = _found(call, calendar)
    call.require_change(kept.revision.etag)
    return shown(calendar, kept, call.text("timeZone"))


def patch(call: Call) -> Resource:
    calendar = call.calendar()
    kept = _found(call, calendar)
    return _write(call, calendar, kept, merged(calendar.book.fields(kept), call.body))


def update(call: Call) -> Resource:
    """Replaces all; only `status` can bring back what was deleted."""
    calendar = call.calendar()
    kept = _found(call, calendar)
    status: Resource = {"status": CANCELLED} if is_cancelled(calendar.book.fields(kept)) else {}
    return _write(call, calendar, kept, {**status, **call.body})


def delete(call: Call) -> None:
    calendar = call.calendar()
    kept = _found(call, calendar)
    if is_cancelled(calendar.book.fields(kept)):
        raise deleted()
    call.require_match(kept.revision.etag)
    cancel(calendar.book, kept)


def move(call: Call) -> Resource:
    source, destination = call.calendar(), call.account.calendar(call.text("destination"))
    kept = _found(call, source)
    if kept.original is not None or is_cancelled(kept.fields):
        raise invalid("Only whole events can be moved.")
    return shown(destination, transfer(source.book, destination.book, kept))


def cancel(book: EventBook, kept: Kept) -> None:
    book.write(kept, {**book.fields(kept), "status": CANCELLED})


def transfer(source: EventBook, destination: EventBook, kept: Kept) -> Kept:
    """With all dates that differ; its id stays behind as cancelled."""
    before = destination.events.get(kept.id)
    if before is not None and not before.is_bare:
        raise duplicate()
    added = destination.add(kept.id, kept.fields, uid=kept.uid, sequence=kept.sequence + 1)
    for one in source.differing.get(kept.id, {}).values():
        date = destination.find(one.id)
        if date is not None and not one.is_bare:
            destination.write(date, source.fields(one))
    source.strip(kept)
    return added


def _found(call: Call, calendar: KeptCalendar) -> Kept:
    kept = calendar.book.find(call.path["eventId"])
    if kept is None:
        raise not_found()
    return kept


def _write(call: Call, calendar: KeptCalendar, kept: Kept, body: Resource) -> Resource:
    call.require_match(kept.revision.etag)
    if kept.is_bare or (kept.original is not None and is_cancelled(calendar.book.events[kept.series_id].fields)):
        raise deleted()
    if kept.original is not None and body.get("recurrence"):
        raise violation("A date of a recurring event has no recurrence of its own.")
    sequence = number(call.body, "sequence")
    if sequence is not None and sequence < kept.sequence:
        raise invalid(OLD_SEQUENCE, "sequence")
    counted = sequence if sequence is not None and sequence > kept.sequence else None
    return shown(calendar, calendar.book.write(kept, canonical(body), sequence=counted))
