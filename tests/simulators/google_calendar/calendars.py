"""The methods of calendars and of the list that shows them."""

from tests.simulators.google_calendar.api_error import ApiError, invalid, violation
from tests.simulators.google_calendar.call import Call
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.resource import Resource, merged, text
from tests.simulators.google_calendar.when import zone_info

OWN = ("summary", "description", "location", "timeZone")
IN_THE_LIST = (
    *("colorId", "backgroundColor", "foregroundColor", "selected", "hidden"),
    *("summaryOverride", "defaultReminders", "notificationSettings"),
)


def insert(call: Call) -> Resource:
    if not text(call.body, "summary"):
        raise invalid("Missing title.", reason="required")
    fields = {"timeZone": "UTC", **_chosen(call.body, OWN)}
    zone_info(text(fields, "timeZone"))
    return call.account.add(fields, made_by=call.client).to_json()


def get(call: Call) -> Resource:
    calendar = call.calendar()
    call.require_change(calendar.revision.etag)
    return calendar.to_json()


def patch(call: Call) -> Resource:
    calendar = call.calendar()
    return _write(call, calendar, merged(calendar.fields, _chosen(call.body, OWN)))


def update(call: Call) -> Resource:
    return _write(call, call.calendar(), {"timeZone": "UTC", **_chosen(call.body, OWN)})


def delete(call: Call) -> None:
    calendar = call.calendar()
    if calendar.is_primary:
        raise ApiError(403, "forbidden", "Cannot delete a primary calendar.")
    call.require_match(calendar.revision.etag)
    call.account.remove(calendar)


def list_entries(call: Call) -> Resource:
    calendars = call.account.calendars.values()
    latest = max(calendars, key=lambda calendar: calendar.revision.number)
    return {
        "kind": "calendar#calendarList",
        "etag": latest.revision.etag,
        "nextSyncToken": str(latest.revision.number),
        "items": [calendar.to_entry() for calendar in calendars],
    }


def get_entry(call: Call) -> Resource:
    calendar = call.calendar()
    call.require_change(calendar.revision.etag)
    return calendar.to_entry()


def patch_entry(call: Call) -> Resource:
    calendar = call.calendar()
    call.require_match(calendar.revision.etag)
    rgb = {"backgroundColor", "foregroundColor"} & call.body.keys()
    if rgb and not call.flag("colorRgbFormat"):
        raise violation("Colours by their value need colorRgbFormat=true.")
    calendar.entry = merged(calendar.entry, _chosen(call.body, IN_THE_LIST))
    calendar.revision = call.account.revise()
    return calendar.to_entry()


def _write(call: Call, calendar: KeptCalendar, fields: Resource) -> Resource:
    call.require_match(calendar.revision.etag)
    zone_info(text(fields, "timeZone"))
    calendar.fields, calendar.revision = fields, call.account.revise()
    return calendar.to_json()


def _chosen(body: Resource, names: tuple[str, ...]) -> Resource:
    return {name: body[name] for name in names if name in body}
