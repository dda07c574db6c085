"""Lists of the simulated Google Calendar: whole, since a sync token, page by page, date by date."""

from datetime import datetime, timedelta

import pytest

from tests.fakes import FakeClock
from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.resource import Resource, text
from tests.simulators.google_calendar.simulator import GoogleCalendar
from tests.simulators.google_client import AT_EIGHT, FOURTH, SECOND, SUNDAYS, THIRD, Events, GoogleClient, starts

ONCE: Resource = {
    "id": "once1",
    "summary": "Cinema",
    "start": {"dateTime": "2027-03-10T20:00:00Z"},
    "end": {"dateTime": "2027-03-10T22:00:00Z"},
}
MARCH = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-04-01T00:00:00Z"}


@pytest.fixture
def listed(events: Events) -> Events:
    """A single event; a series with one date moved and one left out; a deleted series."""
    events.insert(ONCE)
    events.insert(SUNDAYS)
    events.patch(SECOND, AT_EIGHT)
    events.delete(THIRD)
    events.insert({**SUNDAYS, "id": "gone1"})
    events.delete("gone1")
    return events


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["once1", "sunsatseven", SECOND, THIRD]),
        ({"showDeleted": "true"}, ["once1", "sunsatseven", SECOND, THIRD, "gone1"]),
        ({"iCalUID": "sunsatseven@google.com"}, ["sunsatseven", SECOND, THIRD]),
        ({"privateExtendedProperty": "plan=1"}, ["sunsatseven", SECOND, THIRD]),
        ({"privateExtendedProperty": ["plan=1", "plan=2"]}, []),
        ({"q": "cine"}, ["once1"]),
        ({"timeMin": "2027-03-10T21:00:00Z", "timeMax": "2027-03-14T18:30:00Z"}, ["once1"]),
        ({"timeMin": "2027-03-14T18:30:00Z", "timeMax": "2027-03-14T20:00:00Z"}, ["sunsatseven", SECOND]),
        ({"timeMin": "2027-03-10T22:00:00Z", "timeMax": "2027-03-11T00:00:00Z"}, []),
    ],
)
def test_a_list_holds_what_was_asked_for(listed: Events, query: dict[str, str | list[str]], ids: list[str]) -> None:
    assert listed.list(**query).ids == ids


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["sunsatseven_20270307T180000Z", "once1", SECOND, FOURTH]),
        ({"showDeleted": "true"}, ["sunsatseven_20270307T180000Z", "once1", SECOND, THIRD, FOURTH]),
    ],
)
def test_date_by_date_no_series_is_listed(listed: Events, query: dict[str, str], expected: list[str]) -> None:
    reply = listed.list(singleEvents="true", orderBy="startTime", **MARCH, **query)
    assert [one for one in reply.ids if not one.startswith("gone1")] == expected
    assert reply.body.get("nextSyncToken") is None


def test_the_dates_of_one_series(listed: Events) -> None:
    reply = listed.instances("sunsatseven", **MARCH)
    assert reply.ids == ["sunsatseven_20270307T180000Z", SECOND, FOURTH]
    assert [starts(one)[11:16] for one in reply.items] == ["19:00", "20:00", "19:00"]
    assert listed.instances("sunsatseven", originalStart="2027-03-14T19:00:00+01:00").ids == [SECOND]
    assert listed.instances("sunsatseven", timeMin="2027-03-28T19:45:00+02:00", maxResults="1").ids == [FOURTH]
    assert THIRD in listed.instances("sunsatseven", showDeleted="true", **MARCH).ids
    assert len(listed.instances("sunsatseven").items) == 250


def test_a_sync_token_tells_what_has_changed_since(events: Events) -> None:
    events.insert(SUNDAYS)
    events.insert(ONCE)
    token = events.token()
    assert events.list(syncToken=token).items == []
    events.patch(SECOND, AT_EIGHT)
    events.delete(THIRD)
    events.delete("once1")
    changed = events.list(syncToken=token)
    assert {text(one, "id"): text(one, "status") for one in changed.items} == {
        SECOND: "confirmed",
        THIRD: "cancelled",
        "once1": "cancelled",
    }
    assert events.list(syncToken=text(changed.body, "nextSyncToken")).items == []


def test_details_of_what_was_deleted_are_told_only_where_deleted_ones_are_shown(events: Events) -> None:
    events.insert(SUNDAYS)
    token = events.token()
    events.delete("sunsatseven")
    [hidden] = events.list(syncToken=token).items
    [shown] = events.list(syncToken=token, showDeleted="true").items
    assert hidden.keys() == {"kind", "etag", "id", "status"}
    assert shown["extendedProperties"] == SUNDAYS["extendedProperties"]


def test_date_by_date_a_token_tells_the_dates_of_a_changed_series(events: Events) -> None:
    events.insert({**SUNDAYS, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]})
    token = text(events.list(singleEvents="true").body, "nextSyncToken")
    events.patch(SECOND, {"summary": "Alone"})
    changed = events.list(singleEvents="true", syncToken=token)
    assert changed.ids == [SECOND]
    events.delete("sunsatseven")
    changed = events.list(singleEvents="true", syncToken=text(changed.body, "nextSyncToken"))
    assert [text(one, "status") for one in changed.items] == ["cancelled"] * 3


def test_a_range_of_time_is_remembered_in_the_token(events: Events) -> None:
    token = text(events.list(timeMax="2027-03-05T00:00:00Z").body, "nextSyncToken")
    events.insert(SUNDAYS)
    assert events.list(syncToken=token).items == []


def test_an_expired_token_asks_for_everything_anew(google: GoogleCalendar, events: Events) -> None:
    token = events.token()
    google.expire_sync_tokens()
    reply = events.list(syncToken=token)
    assert (reply.status, reply.reason) == (410, "fullSyncRequired")
    assert events.list(syncToken=events.token()).status == 200


def test_a_token_that_never_was_is_invalid(events: Events, client: GoogleClient) -> None:
    assert (events.list(syncToken="long ago").status, events.list(syncToken="long ago").reason) == (400, "invalid")
    other = Events(client, client.make_calendar())
    assert other.list(syncToken=events.token()).status == 410


@pytest.mark.parametrize(
    "query",
    [
        {"timeMin": "2027-03-05T00:00:00Z"},
        {"privateExtendedProperty": "plan=1"},
        {"showDeleted": "false"},
        {"singleEvents": "true"},
    ],
)
def test_what_the_documentation_forbids_beside_a_token_is_a_violation(
    google: GoogleCalendar, events: Events, query: dict[str, str]
) -> None:
    assert events.list(syncToken=events.token(), **query).status == 400
    assert google.violations.pop().startswith("calendar.events.list: ")


def test_a_list_comes_page_by_page_as_it_stood_at_the_first(google: GoogleCalendar, events: Events) -> None:
    for number in range(5):
        events.insert({**ONCE, "id": f"once{number}"})
    google.set_page_size(3)
    first = events.list(maxResults="4")
    assert first.ids == ["once0", "once1", "once2"]
    assert "nextSyncToken" not in first.body
    events.delete("once4")
    second = events.list(maxResults="4", pageToken=text(first.body, "nextPageToken"))
    assert second.ids == ["once3", "once4"]
    assert "nextPageToken" not in second.body
    assert events.list(syncToken=text(second.body, "nextSyncToken")).ids == ["once4"]
    assert events.list(pageToken="another").status == 400


def test_what_was_updated_since_a_moment() -> None:
    clock = FakeClock()
    with GoogleCalendar(now=clock) as google:
        client = GoogleClient(google, text(google.grant("ana@example.org"), "access_token"))
        events = Events(client, client.make_calendar())
        events.insert(SUNDAYS)
        noon = clock.advance(timedelta(minutes=1)).isoformat()
        events.insert(ONCE)
        assert events.list(updatedMin=noon).ids == ["once1"]
        events.delete("sunsatseven")
        assert events.list(updatedMin=noon).ids == ["sunsatseven", "once1"]
        clock.advance(timedelta(days=29))
        client.token = text(google.grant("ana@example.org"), "access_token")
        assert events.list(updatedMin=noon).reason == "updatedMinTooLongAgo"
        client.connection.close()


def test_a_split_series_is_two(events: Events, phone: Phone) -> None:
    events.insert({**SUNDAYS, "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=6"]})
    original = datetime(2027, 3, 21, 19)
    new = phone.split(events.calendar_id, "sunsatseven", original, starts=original - timedelta(hours=1))
    assert events.get("sunsatseven").body["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20270321T175959Z"]
    assert events.get(new).body["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=4"]
    assert events.get(new).body["extendedProperties"] == SUNDAYS["extendedProperties"]
    dates = events.list(singleEvents="true", orderBy="startTime").items
    assert [starts(one)[5:16] for one in dates] == [
        *("03-07T19:00", "03-14T19:00"),
        *("03-21T18:00", "03-28T18:00", "04-04T18:00", "04-11T18:00"),
    ]


def test_a_list_can_be_cut_down_to_some_fields(events: Events) -> None:
    events.insert(SUNDAYS)
    reply = events.list(fields="nextSyncToken,items(id,start/timeZone,extendedProperties/private/plan)")
    assert reply.body == {
        "nextSyncToken": events.token(),
        "items": [
            {
                "id": "sunsatseven",
                "start": {"timeZone": "Europe/Madrid"},
                "extendedProperties": {"private": {"plan": "1"}},
            },
        ],
    }
    assert events.get("sunsatseven", fields="summary").body == {"summary": "Weekly check-in"}
    assert events.get("sunsatseven", fields="*").body == events.get("sunsatseven").body


@pytest.mark.parametrize("fields", ["title", "items/title", "items(id", "items)", ",id", "items//id", "id;etag"])
def test_fields_that_no_answer_has_are_a_violation(google: GoogleCalendar, events: Events, fields: str) -> None:
    reply = events.list(fields=fields)
    assert (reply.status, reply.reason) == (400, "invalidParameter")
    assert google.violations.pop().startswith("calendar.events.list: Invalid field selection")
