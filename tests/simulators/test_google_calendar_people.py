"""What people do in the simulated Google Calendar with their phone, who hears of it, and when they are taken."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.fakes import FakeClock
from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.resource import Resource, part, parts, text, texts
from tests.simulators.google_calendar.simulator import WRITES, GoogleCalendar
from tests.simulators.google_client import FOURTH, SECOND, SUNDAYS, THIRD, Events, GoogleClient, Reply, starts

MARCH: Resource = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-04-01T00:00:00Z"}


def at(day: int, hour: int) -> datetime:
    return datetime(2027, 3, day, hour)


def meeting(day: int, hour: int) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=UTC)


def test_dates_are_moved_and_deleted(events: Events, phone: Phone) -> None:
    events.insert(SUNDAYS)
    phone.move_date(events.calendar_id, "sunsatseven", at(14, 19), at(15, 20))
    phone.delete_date(events.calendar_id, "sunsatseven", at(21, 19))
    assert starts(events.get(SECOND).body) == "2027-03-15T20:00:00+01:00"
    assert text(events.get(SECOND).body, "end", "dateTime") == "2027-03-15T20:45:00+01:00"
    assert events.get(THIRD).body["status"] == "cancelled"
    phone.move_date(events.calendar_id, "sunsatseven", at(21, 19), at(21, 19))
    assert events.get(THIRD).body["status"] == "confirmed"


def test_a_series_is_moved_and_gets_another_rule(events: Events, phone: Phone) -> None:
    events.insert(SUNDAYS)
    phone.move_series(
        *(events.calendar_id, "sunsatseven"),
        starts=datetime(2027, 3, 8, 20),
        length=timedelta(hours=1),
        rule="FREQ=WEEKLY;BYDAY=MO",
    )
    found = events.get("sunsatseven").body
    assert (starts(found), text(found, "end", "dateTime")) == ("2027-03-08T20:00:00+01:00", "2027-03-08T21:00:00+01:00")
    assert texts(found, "recurrence") == ["RRULE:FREQ=WEEKLY;BYDAY=MO"]


def test_everything_else_that_a_person_changes(events: Events, phone: Phone) -> None:
    events.insert(SUNDAYS)
    where = (events.calendar_id, "sunsatseven")
    phone.retitle(*where, "Our Sunday")
    phone.note(*where, "Bring tea")
    phone.colour(*where, "5")
    phone.add_alarm(*where, timedelta(minutes=30))
    found = events.get("sunsatseven").body
    assert (phone.title(*where), found["description"], found["colorId"]) == ("Our Sunday", "Bring tea", "5")
    assert part(found, "reminders")["overrides"] == [{"method": "popup", "minutes": 30}]
    phone.delete_series(*where)
    assert events.get("sunsatseven").body["status"] == "cancelled"
    phone.restore(*where)
    assert events.get("sunsatseven").body["status"] == "confirmed"
    phone.delete_calendar(events.calendar_id)
    assert events.list().status == 404


def ask(client: GoogleClient, *calendars: str, **changes: str) -> Reply:
    items: Resource = {"items": [{"id": calendar} for calendar in calendars]}
    return client.call("POST", "freeBusy", {**MARCH, **items, **changes})


def test_a_person_is_taken_when_they_meet_somebody(client: GoogleClient, phone: Phone) -> None:
    phone.add_meeting(meeting(8, 9), meeting(8, 11))
    phone.add_meeting(meeting(8, 10), meeting(8, 12))
    phone.add_meeting(meeting(9, 9), meeting(9, 10), transparency="transparent")
    phone.add_meeting(meeting(10, 9), meeting(10, 10), status="cancelled")
    phone.add_meeting(datetime(2027, 2, 28, 23, tzinfo=UTC), meeting(1, 1))
    busy = part(part(ask(client, "primary").body, "calendars"), "primary")
    assert parts(busy, "busy") == [
        {"start": "2027-02-28T23:00:00Z", "end": "2027-03-01T01:00:00Z"},
        {"start": "2027-03-08T09:00:00Z", "end": "2027-03-08T12:00:00Z"},
    ]


def test_the_narrow_scope_sees_the_primary_calendar_alone(google: GoogleCalendar, events: Events) -> None:
    events.insert(SUNDAYS)
    found = part(ask(events.client, "primary", events.calendar_id).body, "calendars")
    assert parts(part(found, "primary"), "busy") == []
    assert parts(part(found, events.calendar_id), "errors") == [{"domain": "global", "reason": "notFound"}]
    events.client.token = text(google.grant("ana@example.org", [WRITES]), "access_token")
    assert ask(events.client, "primary").status == 403


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timeMax": "2027-06-30T00:00:00Z"}, "timeRangeTooLong"),
        ({"timeMax": "2027-03-01T00:00:00Z"}, "timeRangeEmpty"),
        ({"timeMax": "2027-04-01T00:00:00"}, "required"),
    ],
)
def test_a_range_of_time_has_its_limits(client: GoogleClient, changes: dict[str, str], reason: str) -> None:
    assert ask(client, "primary", **changes).reason == reason


class Receiver(HTTPServer):
    """Hears push notifications."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.heard: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?of=ana"


class Hearing(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.heard.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield receiver
        receiver.shutdown()


def watch(events: Events, address: str, **more: str) -> Reply:
    channel: Resource = {"id": "channel-1", "type": "web_hook", "address": address, "token": "a token"}
    return events.client.call("POST", f"calendars/{events.calendar_id}/events/watch", {**channel, **more})


def test_changes_are_pushed_until_the_channel_is_stopped(
    google: GoogleCalendar, events: Events, phone: Phone, receiver: Receiver
) -> None:
    channel = watch(events, receiver.url).body
    google.pushes()
    events.insert(SUNDAYS)
    google.pushes()
    phone.delete_date(events.calendar_id, "sunsatseven", at(21, 19))
    google.pushes()
    assert [one["x-goog-resource-state"] for one in receiver.heard] == ["sync", "exists", "exists"]
    assert [one["x-goog-message-number"] for one in receiver.heard] == ["1", "2", "3"]
    last = receiver.heard[-1]
    assert (last["x-goog-channel-id"], last["x-goog-channel-token"]) == ("channel-1", "a token")
    assert (last["x-goog-resource-id"], last["path"]) == (channel["resourceId"], "/hook?of=ana")
    stop: Resource = {"id": "channel-1", "resourceId": channel["resourceId"]}
    assert events.client.call("POST", "channels/stop", stop).status == 204
    assert events.client.call("POST", "channels/stop", stop).status == 404
    events.delete(FOURTH)
    assert len(google.pushes()) == 3


def test_a_deleted_calendar_is_told_and_a_revoked_access_is_not(
    google: GoogleCalendar, events: Events, phone: Phone, receiver: Receiver
) -> None:
    watch(events, receiver.url)
    google.pushes()
    phone.delete_calendar(events.calendar_id)
    assert [one.state for one in google.pushes()] == ["sync", "not_exists"]
    again = Events(events.client, events.client.make_calendar())
    watch(again, receiver.url)
    google.revoke("ana@example.org")
    phone.delete_calendar(again.calendar_id)
    assert [one.state for one in google.pushes()] == ["sync", "not_exists", "sync"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"address": "http://rituals.example.org/hook"}, "push.webhookUrlNotHttps"),
        ({"type": "pigeon"}, "unknownChannelType"),
        ({"id": ""}, "required"),
        ({"id": "i" * 65}, "invalid"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(events: Events, changes: dict[str, str], reason: str) -> None:
    assert watch(events, **{"address": "https://127.0.0.1:1/", **changes}).reason == reason


def test_a_channel_lives_a_week_and_its_id_is_used_once(receiver: Receiver) -> None:
    clock = FakeClock()
    with GoogleCalendar(now=clock) as google:
        client = GoogleClient(google, text(google.grant("ana@example.org"), "access_token"))
        events = Events(client, client.make_calendar())
        in_a_week = (clock.now + timedelta(days=7)).timestamp() * 1000
        assert watch(events, receiver.url).body["expiration"] == f"{in_a_week:.0f}"
        assert watch(events, receiver.url).reason == "channelIdNotUnique"
        in_a_day = f"{(clock.now + timedelta(days=1)).timestamp() * 1000:.0f}"
        assert watch(events, receiver.url, id="channel-2", expiration=in_a_day).body["expiration"] == in_a_day
        google.pushes()
        clock.advance(timedelta(days=2))
        google.phone("ana@example.org").delete_calendar(events.calendar_id)
        assert [(one.channel, one.state) for one in google.pushes()][2:] == [("channel-1", "not_exists")]
        client.connection.close()
