"""Answers that make no sense are called odd, whatever they hold; nothing else ever comes out of the adapter."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from integrations.calendars.google import GoogleCalendar, GoogleProvider, OAuthAddresses, OAuthClient
from integrations.http import Guard
from rituals.calendar_interfaces import Access, Calendar, CalendarError, Consent, Trouble
from tests.integrations.calendars.google.test_faults import CALLS
from tests.simulators.web_server import Asked, WebServer, answer

HTML = b"<!doctype html><title>Sign in to the hotel's network</title>"
ACCESS = Access({"access_token": "a-token", "refresh_token": "another"}, "ours@group.calendar.google.com")
WITH_ANSWER = {name: call for name, call in CALLS.items() if name not in {"remove", "discard"}}


class Odd:
    """A server that is not Google: everything is answered with the same."""

    def __init__(self) -> None:
        self.status, self.body = "200 OK", b"{}"
        self.headers: dict[str, str] = {}

    def __call__(self, asked: Asked) -> Iterator[bytes]:
        yield answer(self.body, self.status, content_type="application/json", **self.headers)


@pytest.fixture(scope="module")
def odd_server() -> Iterator[WebServer]:
    with WebServer(reply=Odd()) as server:
        yield server


@pytest.fixture(scope="module")
def odd_provider(odd_server: WebServer) -> GoogleProvider:
    client = OAuthClient("id", "secret", OAuthAddresses.of(odd_server.url), Guard(allow_private=True))
    return GoogleProvider(client, api_root=odd_server.url)


@pytest.fixture
def odd(odd_server: WebServer) -> Odd:
    odd = odd_server.reply
    assert isinstance(odd, Odd)
    odd.headers = {}
    return odd


@pytest.fixture
def odd_calendar(odd_provider: GoogleProvider) -> Iterator[GoogleCalendar]:
    calendar = odd_provider.open(ACCESS)
    yield calendar
    calendar.close()


BODIES = [HTML, b"", b"[]", b"null", b"17", b'"ok"', b'{"items": [', b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 50_000]


@pytest.mark.parametrize("call", WITH_ANSWER.values(), ids=WITH_ANSWER.keys())
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_no_answer_of_google_is_odd(
    odd: Odd, odd_calendar: Calendar, call: Callable[[Calendar], object], body: bytes
) -> None:
    odd.status, odd.body = "200 OK", body
    with pytest.raises(CalendarError) as caught:
        call(odd_calendar)
    assert caught.value.trouble is Trouble.ODD


ERRORS = [HTML, b"", b"{}", b"[]", b"[{}]", b"17", b'{"error": "no"}', b'{"error": []}', b'{"error": {"errors": 1}}']


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "418 Teapot"])
@pytest.mark.parametrize("body", ERRORS, ids=range(len(ERRORS)))
def test_a_refusal_that_is_not_google_s_gives_nobody_s_calendar_up(
    odd: Odd, odd_calendar: Calendar, status: str, body: bytes
) -> None:
    odd.status, odd.body = status, body
    with pytest.raises(CalendarError) as caught:
        odd_calendar.changes(None)
    assert not caught.value.is_lasting


NONSENSE = [
    {"items": [{"id": 7, "etag": [], "start": "soon", "end": None, "recurrence": {}, "reminders": 1}]},
    {"items": [None, [], "event"], "nextSyncToken": 12},
    {"items": [{"id": "x" * 60, "recurringEventId": "y", "originalStartTime": {"dateTime": "25:61"}}]},
    {"items": {"id": "x"}, "timeZone": "Nowhere/At_All"},
    {"calendars": {"primary": {"busy": []}}, "items": [{"start": {"date": "0000-00-00"}}]},
]


@pytest.mark.parametrize("call", ["read", "changes"])
@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_an_event_of_nonsense_is_none_of_ours(odd: Odd, odd_calendar: Calendar, call: str, body: object) -> None:
    odd.status, odd.body = "200 OK", json.dumps(body).encode()
    found = CALLS[call](odd_calendar)
    assert found is None or not getattr(found, "held", ())


@pytest.mark.parametrize(
    "event",
    [
        {"start": {"dateTime": "tomorrow"}, "end": {"dateTime": "9999-12-31T23:59:59-23:59"}},
        {"start": {"dateTime": "2027-03-07T19:00:00", "timeZone": "Mars/Base"}, "end": {}},
        {"start": {"dateTime": "0001-01-01T00:00:00+14:00"}, "end": {"dateTime": "2027-03-07T19:00:00Z"}},
        {
            "start": {"dateTime": "2027-03-07T19:00:00Z", "timeZone": "UTC"},
            "end": {"dateTime": "2027-03-07T20:00:00Z"},
            "recurrence": ["RRULE:FREQ=SECONDLY", "EXDATE:2027", "EXDATE;TZID=X:20271399T999999"],
        },
    ],
    ids=["no moments", "no such zone", "the first of days", "a hostile rule"],
)
def test_an_event_of_ours_that_cannot_be_read_is_beyond_words(
    odd: Odd, odd_calendar: Calendar, event: dict[str, object]
) -> None:
    private = {"private": {"plan": "a-plan"}}
    items = [{"id": "acopy0001", "etag": "1", "extendedProperties": private, **event}]
    odd.status, odd.body = "200 OK", json.dumps({"items": items, "nextSyncToken": "t"}).encode()
    (copy,) = odd_calendar.changes(None).copies
    assert copy.timetable.recurrence is None


def test_pages_without_end_are_given_up(odd: Odd, odd_calendar: Calendar) -> None:
    odd.status, odd.body = "200 OK", json.dumps({"items": [], "nextPageToken": "again"}).encode()
    with pytest.raises(CalendarError) as caught:
        odd_calendar.changes(None)
    assert caught.value.trouble is Trouble.ODD


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("Mon, 23 Nov 2026 10:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 23 Nov 2026 09:00:00 GMT", timedelta()),
        ("Mon, 23 Nov 2099 10:00:00 GMT", timedelta(days=1)),
        ("Some day", None),
        ("1 Jan 2027 00:00 +" + "9" * 30, None),
    ],
)
def test_a_pause_until_a_moment_is_counted_by_the_server_s_own_clock(
    odd: Odd, odd_calendar: Calendar, said: str, pause: timedelta | None
) -> None:
    odd.status, odd.body = "503 Service Unavailable", HTML
    odd.headers = {"retry_after": said, "date": "Mon, 23 Nov 2026 10:00:00 GMT"}
    with pytest.raises(CalendarError) as caught:
        odd_calendar.changes(None)
    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.BUSY, pause)


@pytest.mark.parametrize(
    ("primary", "trouble"),
    [
        ({"errors": [{"domain": "global", "reason": "internalError"}], "busy": []}, Trouble.BUSY),
        ({}, Trouble.BUSY),
        ({"busy": [{"start": "nine", "end": "2027-03-08T10:00:00Z"}]}, Trouble.ODD),
        ({"busy": [{"start": "2027-03-08T10:00:00Z"}]}, Trouble.ODD),
    ],
)
def test_nobody_is_free_because_google_does_not_know(
    odd: Odd, odd_calendar: Calendar, primary: dict[str, object], trouble: Trouble
) -> None:
    odd.status, odd.body = "200 OK", json.dumps({"calendars": {"primary": primary}}).encode()
    with pytest.raises(CalendarError) as caught:
        CALLS["busy"](odd_calendar)
    assert caught.value.trouble is trouble


def test_a_calendar_or_a_channel_without_a_name_is_odd(
    odd: Odd, odd_provider: GoogleProvider, odd_calendar: GoogleCalendar
) -> None:
    odd.status, odd.body = "200 OK", b"{}"
    consent = Consent(ACCESS.secrets, may_write=True, may_see_busy=True)
    for ask in (
        lambda: odd_provider.make(consent, name="Side by Side", zone="UTC"),
        lambda: odd_calendar.watch(address="https://rituals.example.org/pushes", token="t", channel="c"),
    ):
        with pytest.raises(CalendarError) as caught:
            ask()
        assert caught.value.trouble is Trouble.ODD


def test_without_any_token_nobody_is_asked(odd_server: WebServer, odd_provider: GoogleProvider) -> None:
    asked = len(odd_server.asked)
    calendar = odd_provider.open(Access({}, "c"))
    with pytest.raises(CalendarError) as caught:
        calendar.changes(None)
    calendar.close()
    assert (caught.value.trouble, len(odd_server.asked)) == (Trouble.RECONNECT, asked)


@pytest.mark.parametrize("body", [*BODIES, b'{"access_token": "a"}', b'{"access_token": 1, "refresh_token": 2}'])
def test_a_consent_that_is_none_is_odd(odd: Odd, odd_provider: GoogleProvider, body: bytes) -> None:
    odd.status, odd.body = "200 OK", body
    with pytest.raises(CalendarError) as caught:
        odd_provider.redeem(code="c", verifier="v" * 43, return_to="https://rituals.example.org/back")
    assert caught.value.trouble is Trouble.ODD


@pytest.mark.parametrize("body", [HTML, b"", b"[]", b"null", b'{"expires_in": "soon"}', b'{"access_token": []}'])
def test_a_renewal_that_is_none_is_odd(odd: Odd, odd_provider: GoogleProvider, body: bytes) -> None:
    odd.status, odd.body = "200 OK", body
    calendar = odd_provider.open(Access({"refresh_token": "r"}, "c"))
    with pytest.raises(CalendarError) as caught:
        calendar.changes(None)
    calendar.close()
    assert caught.value.trouble is Trouble.ODD
