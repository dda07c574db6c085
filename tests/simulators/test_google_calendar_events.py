"""One event in the simulated Google Calendar, from insert to undelete, and the dates that differ from their series."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.resource import Json, Resource, number, text
from tests.simulators.google_calendar.simulator import GoogleCalendar
from tests.simulators.google_client import AT_EIGHT, FOURTH, SECOND, SUNDAYS, THIRD, Events, GoogleClient, starts


def test_an_event_is_answered_as_it_was_put_with_what_the_server_adds(events: Events) -> None:
    reply = events.insert(SUNDAYS)
    assert reply.status == 200
    assert reply.body == events.get("sunsatseven").body
    assert {name: reply.body[name] for name in ("id", "summary", "recurrence", "extendedProperties")} == {
        name: SUNDAYS[name] for name in ("id", "summary", "recurrence", "extendedProperties")
    }
    assert reply.body["status"] == "confirmed"
    assert reply.body["reminders"] == {"useDefault": True}
    assert reply.body["iCalUID"] == "sunsatseven@google.com"
    assert reply.headers["etag"] == reply.body["etag"]


def test_times_are_shown_in_the_zone_of_the_calendar_beside_that_of_the_event(client: GoogleClient) -> None:
    events = Events(client, client.make_calendar(timeZone="America/New_York"))
    events.insert(SUNDAYS)
    assert events.get("sunsatseven").body["start"] == {
        "dateTime": "2027-03-07T13:00:00-05:00",
        "timeZone": "Europe/Madrid",
    }
    assert starts(events.get("sunsatseven", timeZone="UTC").body) == "2027-03-07T18:00:00Z"


def test_the_same_id_again_is_refused_even_when_it_was_deleted(events: Events) -> None:
    assert events.insert(SUNDAYS).status == 200
    assert (events.insert(SUNDAYS).status, events.insert(SUNDAYS).reason) == (409, "duplicate")
    events.delete("sunsatseven")
    assert events.insert(SUNDAYS).status == 409


def test_without_an_id_the_server_makes_one(events: Events) -> None:
    named = events.insert({name: value for name, value in SUNDAYS.items() if name != "id"})
    assert events.get(text(named.body, "id")).body == named.body


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "Sundays-1"}, "invalid"),
        ({"id": "abcd"}, "invalid"),
        ({"start": {"dateTime": "2027-03-07T19:00:00"}}, "required"),
        ({"start": {"dateTime": "2027-03-07T18:00:00Z"}}, "required"),
        ({"start": {"timeZone": "Europe/Madrid"}}, "required"),
        ({"start": {"date": "2027-03-07"}}, "invalid"),
        ({"start": {"dateTime": "2027-03-07T20:00:00", "timeZone": "Europe/Madrid"}}, "timeRangeEmpty"),
        ({"start": {"dateTime": "2027-03-07T19:00:00", "timeZone": "Europe/Atlantis"}}, "invalid"),
        ({"recurrence": ["FREQ=WEEKLY"]}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=SECONDLY"]}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=WEEKLY;INTERVAL=0"]}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=XX"]}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=soon"]}, "invalid"),
        ({"recurrence": ["EXDATE:20270314T180000Z"]}, "invalid"),
        ({"visibility": "hidden"}, "invalid"),
        ({"colorId": "12"}, "invalid"),
        ({"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}}, None),
        ({"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 40321}]}}, "invalid"),
        ({"extendedProperties": {"private": {"k" * 45: "1"}}}, "invalid"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(events: Events, changes: Resource, reason: str | None) -> None:
    reply = events.insert({**SUNDAYS, **changes})
    assert reply.status == 400
    assert reply.reason == (reason or "cannotUseDefaultRemindersAndSpecifyOverride")
    assert events.list().items == []


def test_a_patch_changes_what_it_names(events: Events) -> None:
    before = events.insert(SUNDAYS).body
    after = events.patch("sunsatseven", {"summary": "Coffee", "extendedProperties": {"private": {"kind": "x"}}}).body
    assert (after["summary"], after["recurrence"]) == ("Coffee", before["recurrence"])
    assert after["extendedProperties"] == {"private": {"plan": "1", "kind": "x"}}
    assert after["etag"] != before["etag"]
    assert "summary" not in events.patch("sunsatseven", {"summary": None}).body
    gone = events.patch("sunsatseven", {"extendedProperties": {"private": {"kind": None}}}).body
    assert gone["extendedProperties"] == {"private": {"plan": "1"}}


def test_an_update_replaces_everything(events: Events) -> None:
    events.insert({**SUNDAYS, "colorId": "3", "location": "Kitchen"})
    after = events.update("sunsatseven", {"start": SUNDAYS["start"], "end": SUNDAYS["end"]}).body
    assert not {"colorId", "location", "summary", "recurrence", "extendedProperties"} & after.keys()
    assert after["iCalUID"] == "sunsatseven@google.com"


def test_a_write_with_an_old_etag_is_refused(events: Events) -> None:
    old = text(events.insert(SUNDAYS).body, "etag")
    new = text(events.patch("sunsatseven", {"summary": "Coffee"}, etag=old).body, "etag")
    refused = [
        events.patch("sunsatseven", {"summary": "Tea"}, etag=old),
        events.update("sunsatseven", SUNDAYS, etag=old),
        events.delete("sunsatseven", etag=old),
    ]
    assert {(one.status, one.reason) for one in refused} == {(412, "conditionNotMet")}
    assert events.delete("sunsatseven", etag=new).status == 204


def test_of_many_writes_with_the_same_etag_one_goes_through(google: GoogleCalendar, events: Events) -> None:
    etag = text(events.insert(SUNDAYS).body, "etag")

    def patch(title: int) -> int:
        client = GoogleClient(google, events.client.token)
        status = Events(client, events.calendar_id).patch("sunsatseven", {"summary": f"{title}"}, etag=etag).status
        client.connection.close()
        return status

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(patch, range(8))) == [200] + [412] * 7


def test_answers_are_compressed_for_whoever_asks_as_google_wants_it(client: GoogleClient) -> None:
    asks = {"Accept-Encoding": "gzip, deflate", "User-Agent": "google-api-python-client/2.202 (gzip)"}
    reply = client.call("POST", "calendars", {"summary": "Us"}, None, asks)
    assert (reply.headers["content-encoding"], reply.body["summary"]) == ("gzip", "Us")


def test_new_times_count_the_sequence_up_and_an_old_sequence_is_refused(events: Events) -> None:
    assert number(events.insert({**SUNDAYS, "sequence": 3}).body, "sequence") == 3
    assert number(events.patch("sunsatseven", {"summary": "Coffee"}).body, "sequence") == 3
    later: Json = {"dateTime": "2027-03-07T20:00:00"}
    assert number(events.patch("sunsatseven", {"end": later}).body, "sequence") == 4
    assert events.patch("sunsatseven", {"sequence": 3}).reason == "invalid"
    assert number(events.patch("sunsatseven", {"sequence": 7}).body, "sequence") == 7


def test_a_deleted_event_is_still_found_and_can_come_back(events: Events) -> None:
    events.insert(SUNDAYS)
    assert (events.delete("sunsatseven").status, events.delete("sunsatseven").status) == (204, 410)
    assert events.get("sunsatseven").body["status"] == "cancelled"
    assert events.list().items == []
    assert events.update("sunsatseven", SUNDAYS).body["status"] == "cancelled"
    assert events.update("sunsatseven", {**SUNDAYS, "status": "confirmed"}).body["status"] == "confirmed"
    assert events.list().ids == ["sunsatseven"]


def test_a_deleted_event_disappears_in_the_end(google: GoogleCalendar, events: Events) -> None:
    events.insert(SUNDAYS)
    token = events.token()
    events.delete("sunsatseven")
    google.forget_deleted()
    assert events.get("sunsatseven").status == 404
    assert events.list(syncToken=token).items == []
    assert events.insert(SUNDAYS).status == 200


def test_what_was_never_there_is_not_found(events: Events) -> None:
    assert {events.get("nothing").status, events.patch("nothing", {}).status, events.delete("nothing").status} == {404}


def test_a_date_that_is_changed_becomes_an_exception_of_its_own(events: Events) -> None:
    series = events.insert(SUNDAYS).body
    assert events.get(SECOND).body["etag"] == series["etag"]
    moved = events.patch(SECOND, AT_EIGHT).body
    assert starts(moved) == "2027-03-14T20:00:00+01:00"
    assert (moved["recurringEventId"], moved["originalStartTime"]) == (
        "sunsatseven",
        {"dateTime": "2027-03-14T19:00:00+01:00", "timeZone": "Europe/Madrid"},
    )
    assert moved["extendedProperties"] == SUNDAYS["extendedProperties"]
    assert moved["etag"] != series["etag"]
    assert "recurrence" not in moved
    assert events.get("sunsatseven").body["etag"] == series["etag"]
    assert events.patch(SECOND, {"summary": "x"}, etag=text(series, "etag")).status == 412


def test_a_date_that_is_deleted_stays_as_a_cancelled_exception(events: Events) -> None:
    events.insert(SUNDAYS)
    assert (events.delete(THIRD).status, events.delete(THIRD).status) == (204, 410)
    assert events.get(THIRD).body == {
        "kind": "calendar#event",
        "etag": events.get(THIRD).body["etag"],
        "id": THIRD,
        "status": "cancelled",
        "recurringEventId": "sunsatseven",
        "originalStartTime": {"dateTime": "2027-03-21T19:00:00+01:00", "timeZone": "Europe/Madrid"},
    }
    assert events.patch(THIRD, {"status": "confirmed"}).body["status"] == "confirmed"
    assert THIRD in events.instances("sunsatseven", timeMax="2027-04-01T00:00:00Z").ids


def test_a_date_that_the_rule_does_not_give_is_not_found(events: Events) -> None:
    events.insert(SUNDAYS)
    assert events.get("sunsatseven_20270315T180000Z").status == 404
    assert events.patch("sunsatseven_20270315T180000Z", {"summary": "x"}).status == 404


def test_exceptions_follow_their_series_in_all_that_does_not_set_them_apart(events: Events) -> None:
    events.insert(SUNDAYS)
    events.patch(SECOND, AT_EIGHT)
    events.patch(FOURTH, {"summary": "Alone"})
    events.patch("sunsatseven", {"summary": "Coffee"})
    assert (events.get(SECOND).body["summary"], events.get(FOURTH).body["summary"]) == ("Coffee", "Alone")


def test_a_changed_rule_keeps_the_exceptions_it_still_gives_and_drops_the_others(events: Events) -> None:
    events.insert(SUNDAYS)
    for date in (SECOND, THIRD):
        events.patch(date, {"summary": "Alone"})
    token = events.token()
    events.patch("sunsatseven", {"recurrence": ["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"]})
    told = {text(item, "id"): text(item, "status") for item in events.list(syncToken=token).items}
    assert told == {"sunsatseven": "confirmed", SECOND: "cancelled"}
    assert set(events.list().ids) == {"sunsatseven", THIRD}
    assert (events.get(SECOND).status, events.get(THIRD).body["summary"]) == (404, "Alone")


def test_a_series_that_comes_back_brings_its_exceptions(events: Events) -> None:
    events.insert(SUNDAYS)
    events.patch(SECOND, AT_EIGHT)
    events.delete(THIRD)
    events.delete("sunsatseven")
    assert events.get(SECOND).body["status"] == "cancelled"
    events.patch("sunsatseven", {"status": "confirmed"})
    assert starts(events.get(SECOND).body) == "2027-03-14T20:00:00+01:00"
    assert events.get(THIRD).body["status"] == "cancelled"


def test_reminders_alone_do_not_touch_when_an_event_was_updated(events: Events) -> None:
    before = events.insert(SUNDAYS).body
    alarm: Json = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]}
    after = events.patch("sunsatseven", {"reminders": alarm}).body
    assert after["reminders"] == alarm
    assert (after["updated"], after["etag"] == before["etag"]) == (before["updated"], False)


def test_an_event_moved_to_another_calendar_leaves_its_id_behind(events: Events, phone: Phone) -> None:
    events.insert(SUNDAYS)
    events.patch(SECOND, AT_EIGHT)
    token = events.token()
    phone.move_to_primary(events.calendar_id, "sunsatseven")
    [left] = events.list(syncToken=token).items
    assert (left["id"], left["status"], "summary" in left) == ("sunsatseven", "cancelled", False)
    assert phone.title("primary", "sunsatseven") == "Weekly check-in"
    assert starts(phone.event("primary", SECOND)) == "2027-03-14T19:00:00Z"
    assert (events.get("sunsatseven").body["status"], events.insert(SUNDAYS).status) == ("cancelled", 409)


def test_moving_is_not_for_a_client_of_its_own_calendars(events: Events) -> None:
    events.insert(SUNDAYS)
    reply = events.client.call(
        "POST", f"calendars/{events.calendar_id}/events/sunsatseven/move", None, {"destination": "primary"}
    )
    assert (reply.status, reply.reason) == (403, "insufficientPermissions")


def test_only_calendars_that_the_client_made_are_its_business(google: GoogleCalendar, client: GoogleClient) -> None:
    primary = Events(client, "primary")
    assert {primary.list().status, primary.insert(SUNDAYS).status} == {403}
    assert client.call("GET", "users/me/calendarList").status == 403
    assert Events(client, "c_nothing@group.calendar.google.com").list().status == 404
    whole = google.grant("ana@example.org", ["https://www.googleapis.com/auth/calendar"])
    other = GoogleClient(google, text(whole, "access_token"))
    assert Events(other, "primary").insert(SUNDAYS).status == 200
    assert len(other.call("GET", "users/me/calendarList").items) == 1
    other.connection.close()


def test_a_calendar_is_made_coloured_and_deleted(google: GoogleCalendar, client: GoogleClient) -> None:
    calendar_id = client.make_calendar(timeZone="Europe/Berlin")
    entry = f"users/me/calendarList/{calendar_id}"
    colours: Resource = {"backgroundColor": "#7c5c46", "foregroundColor": "#ffffff"}
    assert client.call("PATCH", entry, colours, {"colorRgbFormat": "true"}).status == 200
    shown = client.call("GET", entry).body
    assert (shown["backgroundColor"], shown["timeZone"], shown["accessRole"]) == ("#7c5c46", "Europe/Berlin", "owner")
    assert client.call("PATCH", f"calendars/{calendar_id}", {"summary": "Us"}).body["summary"] == "Us"
    assert client.call("DELETE", f"calendars/{calendar_id}").status == 204
    assert client.call("GET", f"calendars/{calendar_id}").status == 404
    assert client.call("PATCH", entry, colours).status == 404
