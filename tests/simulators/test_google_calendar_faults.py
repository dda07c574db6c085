"""The simulated Google Calendar misbehaves at the call it was told to, and counts what is asked."""

from collections.abc import Callable
from http.client import HTTPException
from time import monotonic

import pytest

from tests.simulators.google_calendar import faults
from tests.simulators.google_calendar.faults import Fault
from tests.simulators.google_calendar.resource import text
from tests.simulators.google_calendar.simulator import GoogleCalendar
from tests.simulators.google_client import SUNDAYS, Events, GoogleClient


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (faults.UNAUTHORIZED, 401, "authError"),
        (faults.RATE_LIMIT, 403, "rateLimitExceeded"),
        (faults.USER_RATE_LIMIT, 403, "userRateLimitExceeded"),
        (faults.QUOTA, 403, "quotaExceeded"),
        (faults.FORBIDDEN, 403, "forbidden"),
        (faults.NOT_FOUND, 404, "notFound"),
        (faults.DUPLICATE, 409, "duplicate"),
        (faults.DELETED, 410, "deleted"),
        (faults.FULL_SYNC, 410, "fullSyncRequired"),
        (faults.PRECONDITION, 412, "conditionNotMet"),
        (faults.TOO_MANY, 429, "rateLimitExceeded"),
        (faults.SERVER_ERROR, 500, "backendError"),
        (faults.UNAVAILABLE, 503, "backendError"),
    ],
)
def test_a_call_is_refused_and_not_done(
    google: GoogleCalendar, events: Events, fault: Fault, status: int, reason: str
) -> None:
    google.fault(fault, method="calendar.events.insert")
    reply = events.insert(SUNDAYS)
    assert (reply.status, reply.reason) == (status, reason)
    assert reply.headers.get("retry-after", "") == fault.retry_after
    assert events.list().items == []
    assert events.insert(SUNDAYS).status == 200


@pytest.mark.parametrize("fault", [faults.WEB_PAGE, faults.BAD_GATEWAY])
def test_a_web_page_comes_in_place_of_json(google: GoogleCalendar, events: Events, fault: Fault) -> None:
    google.fault(fault)
    with pytest.raises(ValueError, match="Expecting value"):
        events.insert(SUNDAYS)
    assert events.list().items == []


def test_an_error_may_be_a_lie(google: GoogleCalendar, events: Events) -> None:
    google.fault(faults.DONE_BUT_ERROR)
    assert events.insert(SUNDAYS).status == 500
    assert events.insert(SUNDAYS).status == 409


def test_it_happens_at_the_call_that_was_named(google: GoogleCalendar, events: Events) -> None:
    google.fault(faults.UNAVAILABLE, call=3, method="calendar.events.list", times=2)
    events.insert(SUNDAYS)
    assert [events.list().status for _ in range(6)] == [200, 200, 503, 503, 200, 200]


def test_it_happens_to_the_account_that_was_named(google: GoogleCalendar, events: Events) -> None:
    other = GoogleClient(google, text(google.grant("ben@example.org"), "access_token"))
    google.fault(faults.UNAVAILABLE, address="ben@example.org")
    assert events.list().status == 200
    assert other.call("GET", "calendars/primary").status == 503
    other.connection.close()


def test_healed_is_healed(google: GoogleCalendar, events: Events) -> None:
    google.fault(faults.UNAVAILABLE)
    google.heal()
    assert events.list().status == 200


@pytest.mark.parametrize(("fault", "is_done"), [(faults.LOST, True), (faults.HALF, True)])
def test_what_was_done_may_be_answered_by_half_or_not_at_all(
    google: GoogleCalendar, events: Events, fault: Fault, is_done: bool
) -> None:
    google.fault(fault, method="calendar.events.insert")
    with pytest.raises((HTTPException, OSError)):
        events.insert(SUNDAYS)
    events.client.connection.close()
    assert (events.get("sunsatseven").status == 200) is is_done


@pytest.mark.parametrize("fault", [faults.HANG, faults.DRIP])
def test_a_slow_answer_outlasts_its_reader(google: GoogleCalendar, events: Events, fault: Fault) -> None:
    google.fault(fault)
    assert events.client.connection.sock is not None
    events.client.connection.sock.settimeout(0.05)
    with pytest.raises((HTTPException, OSError)):
        events.insert(SUNDAYS)
    events.client.connection.close()
    assert (events.get("sunsatseven").status == 200) is fault.is_done


def test_answers_take_as_long_as_the_network_would(google: GoogleCalendar, events: Events) -> None:
    google.set_latency(0.03)
    begun = monotonic()
    events.list()
    assert monotonic() - begun >= 0.03


def test_calls_are_counted_by_their_method(google: GoogleCalendar, events: Events) -> None:
    events.insert(SUNDAYS)
    events.insert(SUNDAYS)
    assert google.calls["calendar.events.insert"] == 2
    assert google.calls["calendar.calendars.insert"] == 1


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda events: events.list(since="2027-03-01T00:00:00Z"), id="a parameter nobody knows"),
        pytest.param(lambda events: events.list(maxResults="many"), id="a number that is none"),
        pytest.param(lambda events: events.list(maxResults="0"), id="a number out of range"),
        pytest.param(lambda events: events.list(singleEvents="yes"), id="a flag that is none"),
        pytest.param(lambda events: events.list(orderBy="title"), id="a choice that there is not"),
        pytest.param(lambda events: events.list(timeMin="2027-03-01T00:00:00"), id="a moment without its offset"),
        pytest.param(lambda events: events.list(q=["a", "b"]), id="a parameter twice"),
        pytest.param(lambda events: events.insert({**SUNDAYS, "title": "x"}), id="a field nobody knows"),
        pytest.param(lambda events: events.insert({**SUNDAYS, "summary": 7}), id="a field of the wrong kind"),
        pytest.param(lambda events: events.insert({**SUNDAYS, "sequence": "7"}), id="a number as text"),
        pytest.param(lambda events: events.insert({"start": SUNDAYS["start"]}), id="a field missing"),
        pytest.param(lambda events: events.insert({**SUNDAYS, "iCalUID": "x"}), id="two names for one event"),
        pytest.param(lambda events: events.client.call("POST", "calendars", {}), id="a calendar without a title"),
        pytest.param(lambda events: events.client.call("POST", "calendars"), id="no body"),
    ],
)
def test_what_the_description_does_not_have_is_refused_and_recorded(
    google: GoogleCalendar, events: Events, ask: Callable[[Events], object]
) -> None:
    reply = ask(events)
    assert getattr(reply, "status", None) == 400
    assert google.violations
    google.violations.clear()


def test_a_method_that_there_is_not_is_recorded(google: GoogleCalendar, client: GoogleClient) -> None:
    assert client.call("GET", "calendars").status == 404
    assert google.violations.pop() == "GET calendars: there is no such method"


def test_without_validation_odd_questions_go_through(google: GoogleCalendar, events: Events) -> None:
    google.set_validation(validates=False)
    assert events.insert({**SUNDAYS, "title": "x"}).status == 200
