"""Lists of events: everything, what has changed since a sync token, or the dates of one series."""

from datetime import datetime, timedelta
from uuid import uuid4

from tests.simulators.google_calendar.api_error import (
    invalid,
    not_found,
    sync_token_expired,
    updated_too_long_ago,
    violation,
)
from tests.simulators.google_calendar.call import Call
from tests.simulators.google_calendar.event_book import Kept, is_cancelled, start_of
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.rendering import bare, shown
from tests.simulators.google_calendar.resource import Resource, part, text
from tests.simulators.google_calendar.sync_token import SyncToken
from tests.simulators.google_calendar.wanted import Wanted
from tests.simulators.google_calendar.when import rfc3339

MOST_ON_A_PAGE, ON_A_PAGE = 2500, 250
DELETIONS_ARE_KEPT = timedelta(days=28)
NOT_WITH_SYNC_TOKEN = (
    *("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty"),
    *("timeMin", "timeMax", "updatedMin"),
)
KEEPS_NO_TOKEN = frozenset(NOT_WITH_SYNC_TOKEN) - {"timeMin", "timeMax"}
"""A list that was narrowed or ordered by these cannot be continued; a range of time is remembered in the token."""


def list_events(call: Call) -> Resource:
    calendar = call.calendar()
    if call.text("pageToken"):
        return _page(call, calendar)
    wanted, token = _wanted(call, calendar)
    kept = [one for one in wanted.found() if _matches(call, calendar, one)]
    if call.text("orderBy") == "startTime":
        kept.sort(key=lambda one: start_of(calendar.book.fields(one)).instant(calendar.zone))
    if call.text("orderBy") == "updated":
        kept.sort(key=lambda one: one.updated)
    hides = wanted.since > 0 and not wanted.show_deleted
    items = [_item(calendar, one, call.text("timeZone"), hides_details=hides) for one in kept]
    return _first_page(call, calendar, items, token)


def instances(call: Call) -> Resource:
    calendar = call.calendar()
    if call.text("pageToken"):
        return _page(call, calendar)
    series = calendar.book.find(call.path["eventId"])
    if series is None or series.original is not None:
        raise not_found()
    begin = call.moment("timeMin")
    # Here the bound is part of the range; in a list of events it is not.
    begin = begin - timedelta.resolution if begin is not None else None
    wanted = Wanted(calendar, True, call.flag("showDeleted"), 0, begin, call.moment("timeMax"), None)
    dates = calendar.book.dates(series, wanted.end) if calendar.book.is_series(series) else iter(())
    items = [shown(calendar, one, call.text("timeZone")) for one in dates if _is_instance(call, wanted, one)]
    return _first_page(call, calendar, items, "")


def _is_instance(call: Call, wanted: Wanted, one: Kept) -> bool:
    fields = wanted.calendar.book.fields(one)
    original = call.moment("originalStart")
    assert one.original is not None
    if original is not None and one.original.instant(wanted.calendar.zone) != original:
        return False
    return (wanted.show_deleted or not is_cancelled(fields)) and wanted.overlaps(fields)


def _wanted(call: Call, calendar: KeptCalendar) -> tuple[Wanted, str]:
    """And the token to go on with; empty where there is none."""
    single, show_deleted = call.flag("singleEvents"), call.flag("showDeleted")
    begin, end = call.moment("timeMin"), call.moment("timeMax")
    since = 0
    if call.text("syncToken"):
        token = _sync_token(call, calendar, single=single)
        since, begin, end = token.since, token.begin, token.end
    _check(call, begin, end, single=single)
    wanted = Wanted(calendar, single, show_deleted, since, begin, end, call.moment("updatedMin"))
    if any(call.text(name) for name in KEEPS_NO_TOKEN):
        return wanted, ""
    latest = max((one.revision.number for one in calendar.book.all()), default=calendar.revision.number)
    latest = max(latest, calendar.revision.number, since)
    return wanted, SyncToken(calendar.id, call.epoch, latest, single, begin, end).encode()


def _sync_token(call: Call, calendar: KeptCalendar, *, single: bool) -> SyncToken:
    forbidden = [name for name in NOT_WITH_SYNC_TOKEN if call.text(name)]
    if forbidden or call.text("showDeleted") == "false":
        raise violation(f"A sync token cannot be used together with {', '.join(forbidden) or 'showDeleted=false'}.")
    token = SyncToken.decode(call.text("syncToken"))
    if token is None:
        raise invalid("Invalid sync token value.", "syncToken")
    if token.epoch != call.epoch or token.calendar_id != calendar.id:
        raise sync_token_expired()
    if token.single is not single:
        raise violation("singleEvents should be the same as for the initial synchronization.")
    return token


def _check(call: Call, begin: datetime | None, end: datetime | None, *, single: bool) -> None:
    if begin is not None and end is not None and begin >= end:
        raise invalid("The specified time range is empty.", "timeMax", reason="timeRangeEmpty")
    if call.text("orderBy") == "startTime" and not single:
        raise invalid("The requested ordering is not available for the particular query.", "orderBy")
    updated_min = call.moment("updatedMin")
    if updated_min is not None and updated_min < call.now - DELETIONS_ARE_KEPT:
        raise updated_too_long_ago()


def _matches(call: Call, calendar: KeptCalendar, one: Kept) -> bool:
    fields = calendar.book.fields(one)
    words = call.text("q").lower()
    said = " ".join(text(fields, name) for name in ("summary", "description", "location")).lower()
    return (
        words in said
        and call.text("iCalUID") in {"", one.uid}
        and _has(part(fields, "extendedProperties"), "private", call.query.get("privateExtendedProperty", []))
        and _has(part(fields, "extendedProperties"), "shared", call.query.get("sharedExtendedProperty", []))
    )


def _has(properties: Resource, kind: str, wanted: list[str]) -> bool:
    found = part(properties, kind)
    return all(text(found, name) == value for name, _, value in (one.partition("=") for one in wanted))


def _item(calendar: KeptCalendar, one: Kept, zone: str, *, hides_details: bool) -> Resource:
    if hides_details and is_cancelled(calendar.book.fields(one)):
        return bare(calendar, one, zone)
    return shown(calendar, one, zone)


def _first_page(call: Call, calendar: KeptCalendar, items: list[Resource], token: str) -> Resource:
    end: Resource = {"nextSyncToken": token} if token else {}
    return _answer(call, calendar, [*items, end])


def _page(call: Call, calendar: KeptCalendar) -> Resource:
    rest = calendar.pages.get(call.text("pageToken"))
    if rest is None:
        raise invalid("Invalid page token value.", "pageToken")
    return _answer(call, calendar, rest)


def _answer(call: Call, calendar: KeptCalendar, rest: list[Resource]) -> Resource:
    """A list is read as it stood when its first page was asked for, so that its token misses nothing."""
    asked = int(call.text("maxResults") or ON_A_PAGE)
    size = min(asked, MOST_ON_A_PAGE, call.page_size)
    items, end = rest[:-1], rest[-1]
    if len(items) > size:
        page_token = uuid4().hex
        calendar.pages[page_token] = [*items[size:], end]
        end = {"nextPageToken": page_token}
    shown_items: Resource = {"items": [*items[:size]]}
    return {
        "kind": "calendar#events",
        "etag": calendar.revision.etag,
        "summary": calendar.summary,
        "updated": rfc3339(calendar.revision.at),
        "timeZone": call.text("timeZone") or calendar.zone,
        "accessRole": "owner",
        "defaultReminders": [],
        **end,
        **shown_items,
    }
