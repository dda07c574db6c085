"""Whatever Google answers, or does not: the right trouble, nothing doubled, and the next try goes through."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest

from integrations.calendars.google import GoogleCalendar, GoogleProvider
from rituals.calendar_interfaces import Access, Calendar, CalendarError, EtagMismatchError, Held, Trouble
from tests.contracts.calendar import CHANGED, FOURTH, LEFT_OUT, MOVED, REVISED, SECOND, SUNDAYS, only
from tests.integrations.calendars.google.phone import GooglePhone
from tests.simulators.google_calendar import faults
from tests.simulators.google_calendar.faults import Fault, answering
from tests.simulators.google_calendar.simulator import GoogleCalendar as Google

UID = SUNDAYS.uid
SWAPPED = replace(CHANGED, overrides=(replace(MOVED, starts=None), replace(LEFT_OUT, starts=FOURTH)), summary="Coffee")
CALLS: dict[str, Callable[[Calendar], object]] = {
    "put": lambda calendar: calendar.put(CHANGED, etag=None),
    "put over": lambda calendar: calendar.put(CHANGED, etag="an etag"),
    "read": lambda calendar: calendar.read(UID),
    "remove": lambda calendar: calendar.remove(UID),
    "discard": lambda calendar: calendar.discard(Held("acopy0001", UID, "etag", CHANGED.timetable)),
    "changes": lambda calendar: calendar.changes(None),
    "busy": lambda calendar: calendar.busy(REVISED, REVISED + timedelta(days=1)),
}
TROUBLES = {
    "rate limit": (faults.RATE_LIMIT, Trouble.BUSY),
    "user's rate limit": (faults.USER_RATE_LIMIT, Trouble.BUSY),
    "quota": (faults.QUOTA, Trouble.BUSY),
    "429": (faults.TOO_MANY, Trouble.BUSY),
    "500": (faults.SERVER_ERROR, Trouble.BUSY),
    "503": (faults.UNAVAILABLE, Trouble.BUSY),
    "forbidden": (faults.FORBIDDEN, Trouble.REFUSED),
    "too few scopes": (answering(403, "insufficientPermissions"), Trouble.REFUSED),
    "switched off": (answering(403, "accessNotConfigured"), Trouble.ODD),
    "bad request": (answering(400, "invalid"), Trouble.ODD),
    "no word": (faults.LOST, Trouble.UNREACHABLE),
    "half an answer": (faults.HALF, Trouble.UNREACHABLE),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize(("fault", "trouble"), TROUBLES.values(), ids=TROUBLES.keys())
def test_a_refusal_is_told_by_what_follows_from_it(
    calendar: Calendar, google: Google, call: Callable[[Calendar], object], fault: Fault, trouble: Trouble
) -> None:
    google.fault(fault)
    with pytest.raises(CalendarError) as caught:
        call(calendar)
    assert caught.value.trouble is trouble
    assert "@" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "pause"),
    [("7", timedelta(seconds=7)), ("", None), ("soon", None), ("999999", timedelta(days=1)), ("-5", None)],
)
def test_the_pause_that_google_asks_for_is_passed_on(
    calendar: Calendar, google: Google, said: str, pause: timedelta | None
) -> None:
    google.fault(answering(503, "backendError", retry_after=said))
    with pytest.raises(CalendarError) as caught:
        calendar.changes(None)
    assert caught.value.retry_after == pause


@pytest.mark.parametrize("fault", [faults.SERVER_ERROR, faults.DONE_BUT_ERROR, faults.LOST, faults.HALF])
@pytest.mark.parametrize("broken", range(1, 7))
def test_a_first_put_that_broke_off_anywhere_is_finished_by_the_next(
    calendar: Calendar, google: Google, fault: Fault, broken: int
) -> None:
    google.fault(fault, call=broken)
    with suppress(CalendarError):  # A question whose answer was lost is simply asked again.
        calendar.put(CHANGED, etag=None)
    etag = calendar.put(CHANGED, etag=None)
    assert (only(calendar).etag, only(calendar).timetable) == (etag, CHANGED.timetable)


@pytest.mark.parametrize("fault", [faults.SERVER_ERROR, faults.DONE_BUT_ERROR, faults.LOST, faults.HALF])
@pytest.mark.parametrize("broken", range(1, 5))
def test_a_put_that_broke_off_anywhere_is_finished_by_reading_and_putting_again(
    calendar: Calendar, phone: GooglePhone, google: Google, fault: Fault, broken: int
) -> None:
    etag = calendar.put(CHANGED, etag=None)
    google.fault(fault, call=broken)
    with suppress(CalendarError):  # A question whose answer was lost is simply asked again.
        calendar.put(SWAPPED, etag=etag)
    etag = calendar.put(SWAPPED, etag=only(calendar).etag)
    assert (only(calendar).etag, only(calendar).timetable) == (etag, SWAPPED.timetable)
    assert phone.title(UID) == "Coffee"


@pytest.mark.parametrize("fault", [faults.DONE_BUT_ERROR, faults.LOST, faults.SERVER_ERROR])
def test_a_revival_that_broke_off_goes_on(calendar: Calendar, google: Google, fault: Fault) -> None:
    calendar.put(SUNDAYS, etag=None)
    calendar.remove(UID)
    google.fault(fault, method="calendar.events.patch")
    with pytest.raises(CalendarError):
        calendar.put(CHANGED, etag=None)
    calendar.put(CHANGED, etag=None)
    assert only(calendar).timetable == CHANGED.timetable


@pytest.mark.parametrize(
    "take_away",
    [lambda calendar, held: calendar.remove(held.uid), lambda calendar, held: calendar.discard(held)],
    ids=["remove", "discard"],
)
@pytest.mark.parametrize("fault", [faults.LOST, faults.DONE_BUT_ERROR, faults.SERVER_ERROR])
def test_what_may_be_gone_already_is_taken_away_again(
    calendar: Calendar, google: Google, take_away: Callable[[Calendar, Held], None], fault: Fault
) -> None:
    calendar.put(CHANGED, etag=None)
    held = only(calendar)
    google.fault(fault, method="calendar.events.delete")
    with suppress(CalendarError):
        take_away(calendar, held)
    take_away(calendar, held)
    assert calendar.changes(None).held == ()


@pytest.mark.parametrize("fault", [faults.FORBIDDEN, faults.NOT_FOUND, faults.DELETED])
def test_what_google_does_not_bring_back_begins_a_new_life(calendar: Calendar, google: Google, fault: Fault) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    for event in (CHANGED, SWAPPED):
        calendar.remove(UID)
        assert calendar.changes(token).deleted == {UID}
        google.fault(fault, method="calendar.events.patch")
        etag = calendar.put(event, etag=None)
        assert (only(calendar).etag, only(calendar).timetable) == (etag, event.timetable)
        assert calendar.put(event, etag=None) == etag
        assert calendar.changes(token).deleted == frozenset()
    calendar.remove(UID)
    assert calendar.changes(None).held == ()
    calendar.put(CHANGED, etag=None)
    assert (only(calendar).timetable, calendar.changes(None).copies) == (CHANGED.timetable, ())


def test_what_somebody_changes_in_the_middle_of_a_put_is_seen(calendar: Calendar, google: Google) -> None:
    etag = calendar.put(CHANGED, etag=None)
    google.fault(faults.PRECONDITION, method="calendar.events.patch", times=2)
    with pytest.raises(EtagMismatchError):
        calendar.put(SWAPPED, etag=etag)


def test_a_deleted_calendar_is_gone(calendar: Calendar, phone: GooglePhone) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    phone.google.delete_calendar(phone.calendar)
    for ask in (
        lambda: calendar.put(CHANGED, etag=None),
        lambda: calendar.put(CHANGED, etag="an etag"),
        lambda: calendar.read(UID),
        lambda: calendar.changes(token),
        lambda: calendar.changes(None),
    ):
        with pytest.raises(CalendarError) as caught:
            ask()
        assert (caught.value.trouble, caught.value.is_lasting) == (Trouble.GONE, True)
    calendar.remove(UID)


def test_a_token_that_has_run_out_is_renewed_once_and_kept(
    calendar: Calendar, provider: GoogleProvider, access: Access, google: Google
) -> None:
    google.expire_access_tokens()
    google.calls.clear()
    calendar.put(SUNDAYS, etag=None)
    renewed = calendar.access
    assert renewed.calendar == access.calendar
    assert renewed.secrets["access_token"] != access.secrets["access_token"]
    assert renewed.secrets["refresh_token"] == access.secrets["refresh_token"]
    later = provider.open(renewed)
    assert later.read(UID) is not None
    later.close()
    assert google.calls["oauth.token"] == 1


def test_without_a_token_one_is_asked_for_first(provider: GoogleProvider, access: Access, google: Google) -> None:
    kept = {"refresh_token": access.secrets["refresh_token"]}
    calendar = provider.open(Access(kept, access.calendar))
    google.calls.clear()
    assert calendar.changes(None).held == ()
    calendar.close()
    assert google.calls == {"oauth.token": 1, "calendar.events.list": 1}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_access_that_was_taken_back_needs_its_owner_and_is_asked_for_once(
    calendar: Calendar, google: Google, address: str, call: Callable[[Calendar], object]
) -> None:
    google.revoke(address)
    google.calls.clear()
    with pytest.raises(CalendarError) as caught:
        call(calendar)
    assert (caught.value.trouble, google.calls["oauth.token"]) == (Trouble.RECONNECT, 1)


def test_a_refusal_that_a_new_token_does_not_cure_needs_its_owner(calendar: Calendar, google: Google) -> None:
    google.fault(faults.UNAUTHORIZED, method="calendar.events.list", times=2)
    google.calls.clear()
    with pytest.raises(CalendarError) as caught:
        calendar.changes(None)
    assert caught.value.trouble is Trouble.RECONNECT
    assert google.calls == {"calendar.events.list": 2, "oauth.token": 1}


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (faults.INVALID_GRANT, Trouble.RECONNECT),
        (answering(401, "invalid_client"), Trouble.ODD),
        (answering(400, "invalid_scope"), Trouble.ODD),
        (answering(429, "slow_down", retry_after="3"), Trouble.BUSY),
        (answering(500, "server_error"), Trouble.BUSY),
        (answering(503, "temporarily_unavailable"), Trouble.BUSY),
        (faults.LOST, Trouble.UNREACHABLE),
    ],
    ids=lambda value: value if isinstance(value, Trouble) else value.reason,
)
def test_a_renewal_that_fails_is_told_at_once(
    calendar: Calendar, google: Google, fault: Fault, trouble: Trouble
) -> None:
    google.expire_access_tokens()
    google.fault(fault, method="oauth.token", times=9)
    with pytest.raises(CalendarError) as caught:
        calendar.changes(None)
    assert caught.value.trouble is trouble
    assert google.calls["oauth.token"] == 1  # The library would sleep, and ask again.


@pytest.mark.parametrize("fault", [faults.DRIP, faults.HANG], ids=["a byte now and then", "silence"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_call_ends_in_its_time(
    impatient: GoogleCalendar, google: Google, fault: Fault, call: Callable[[Calendar], object]
) -> None:
    google.fault(fault, times=9)
    started = monotonic()
    with pytest.raises(CalendarError) as caught:
        call(impatient)
    assert caught.value.trouble is Trouble.UNREACHABLE
    assert monotonic() - started < 5


def test_a_date_that_the_phone_moves_in_between_is_not_overwritten(calendar: Calendar, phone: GooglePhone) -> None:
    etag = calendar.put(CHANGED, etag=None)
    phone.move_date(UID, SECOND, FOURTH)
    with pytest.raises(EtagMismatchError):
        calendar.put(SWAPPED, etag=etag)
    assert only(calendar).timetable.dates[SECOND] == FOURTH
