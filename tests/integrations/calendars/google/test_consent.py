"""Asking for consent at Google, making a calendar with it, and going away again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from integrations.calendars.google import GoogleCalendar, GoogleProvider, OAuthAddresses
from integrations.calendars.google.consent import FREE_BUSY, OWN_CALENDARS
from rituals.calendar_interfaces import Access, CalendarError, Consent, Trouble
from tests.contracts.calendar import CHANGED, REVISED, SUNDAYS
from tests.integrations.calendars.google.phone import GooglePhone
from tests.simulators.google_calendar import faults
from tests.simulators.google_calendar.faults import Fault, answering
from tests.simulators.google_calendar.simulator import GoogleCalendar as Google

BACK = "https://rituals.example.org/calendar/google/back"
VERIFIER = "v" * 64


def asked(provider: GoogleProvider, state: str = "a state") -> str:
    return provider.consent_url(state=state, verifier=VERIFIER, return_to=BACK)


def code(url: str) -> str:
    return parse_qs(urlsplit(url).query)["code"][0]


def trouble(error: pytest.ExceptionInfo[CalendarError]) -> Trouble:
    return error.value.trouble


def test_two_narrow_scopes_are_asked_for_and_the_verifier_stays_here(provider: GoogleProvider) -> None:
    query = {name: values[0] for name, values in parse_qs(urlsplit(asked(provider)).query).items()}
    assert query["scope"].split() == [OWN_CALENDARS, FREE_BUSY]
    assert (query["access_type"], query["prompt"], query["state"]) == ("offline", "consent", "a state")
    assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")
    assert len(query["code_challenge"]) == 43
    assert VERIFIER not in asked(provider)
    assert "secret" not in asked(provider)


def test_google_gives_tokens_at_a_host_of_their_own() -> None:
    google = OAuthAddresses.of("https://accounts.google.com")
    assert google.consent == "https://accounts.google.com/o/oauth2/v2/auth"
    assert (google.token, google.revoke) == (
        "https://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com/revoke",
    )


@pytest.mark.parametrize(
    ("scopes", "may_write", "may_see_busy"),
    [
        ([OWN_CALENDARS, FREE_BUSY], True, True),
        ([OWN_CALENDARS], True, False),
        ([FREE_BUSY], False, True),
        ([], False, False),
    ],
)
def test_what_was_allowed_is_told(
    google: Google, provider: GoogleProvider, address: str, scopes: list[str], may_write: bool, may_see_busy: bool
) -> None:
    back = google.approve(asked(provider), address, scopes)
    assert parse_qs(urlsplit(back).query)["state"] == ["a state"]
    consent = provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)
    assert (consent.may_write, consent.may_see_busy) == (may_write, may_see_busy)
    assert consent.secrets.keys() == {"access_token", "refresh_token"}


def test_a_second_consent_gives_a_token_that_lasts_as_well(
    google: Google, provider: GoogleProvider, address: str
) -> None:
    for _ in range(2):
        back = google.approve(asked(provider), address)
        consent = provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)
        assert consent.secrets["refresh_token"]


@pytest.mark.parametrize("wrong", ["code", "verifier", "return_to", "twice"])
def test_a_code_is_good_once_and_for_who_asked(
    google: Google, provider: GoogleProvider, address: str, wrong: str
) -> None:
    given = {"code": code(google.approve(asked(provider), address)), "verifier": VERIFIER, "return_to": BACK}
    if wrong == "twice":
        provider.redeem(**given)
    else:
        given[wrong] = "https://elsewhere.example.org/" + "x" * 43
    with pytest.raises(CalendarError) as caught:
        provider.redeem(**given)
    assert trouble(caught) in {Trouble.RECONNECT, Trouble.ODD}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (answering(401, "invalid_client"), Trouble.ODD),
        (answering(429, "slow_down"), Trouble.BUSY),
        (faults.SERVER_ERROR, Trouble.BUSY),
        (faults.LOST, Trouble.UNREACHABLE),
        (faults.HALF, Trouble.UNREACHABLE),
    ],
)
def test_a_code_that_cannot_be_redeemed_now(
    google: Google, provider: GoogleProvider, address: str, fault: Fault, expected: Trouble
) -> None:
    back = google.approve(asked(provider), address)
    google.fault(fault, method="oauth.token")
    with pytest.raises(CalendarError) as caught:
        provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)
    assert trouble(caught) is expected


def test_our_calendar_has_its_name_its_zone_and_our_colour(google: Google, access: Access, address: str) -> None:
    made = google.account(address).calendars[access.calendar]
    assert (made.summary, made.zone) == ("Side by Side", "Europe/Madrid")
    assert made.entry["backgroundColor"] == "#245246"


def test_a_calendar_without_our_colour_is_one_as_well(google: Google, provider: GoogleProvider, address: str) -> None:
    back = google.approve(asked(provider), address)
    consent = provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)
    google.fault(faults.SERVER_ERROR, method="calendar.calendarList.patch")
    access = provider.make(consent, name="Side by Side", zone="Europe/Madrid")
    assert list(google.account(address).calendars) == [address, access.calendar]


def test_no_calendar_is_made_where_that_was_not_allowed(google: Google, provider: GoogleProvider, address: str) -> None:
    back = google.approve(asked(provider), address, [FREE_BUSY])
    consent = provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)
    with pytest.raises(CalendarError) as caught:
        provider.make(consent, name="Side by Side", zone="Europe/Madrid")
    assert trouble(caught) is Trouble.REFUSED
    provider.withdraw(Access(consent.secrets, ""), delete=True)
    assert google.authorization.bearer(consent.secrets["access_token"]) is None


def test_the_calendar_that_was_ours_is_taken_up_again(
    google: Google, provider: GoogleProvider, access: Access, address: str
) -> None:
    again = consented(google, provider, address)
    assert provider.make(again, name="Side by Side", zone="Europe/Madrid", before=access.calendar).calendar == (
        access.calendar
    )
    assert list(google.account(address).calendars) == [address, access.calendar]


def test_one_that_was_deleted_is_made_anew(
    google: Google, provider: GoogleProvider, access: Access, phone: GooglePhone, address: str
) -> None:
    phone.google.delete_calendar(access.calendar)
    made = provider.make(
        consented(google, provider, address), name="Side by Side", zone="Europe/Madrid", before=access.calendar
    )
    assert list(google.account(address).calendars) == [address, made.calendar]


def test_what_is_ours_in_another_account_is_left_there(
    google: Google, provider: GoogleProvider, access: Access, address: str
) -> None:
    another = f"another-{address}"
    made = provider.make(
        consented(google, provider, another), name="Side by Side", zone="Europe/Madrid", before=access.calendar
    )
    assert list(google.account(another).calendars) == [another, made.calendar]
    assert access.calendar in google.account(address).calendars


def consented(google: Google, provider: GoogleProvider, address: str) -> Consent:
    back = google.approve(asked(provider), address)
    return provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)


@pytest.mark.parametrize("delete", [True, False])
def test_going_away_takes_the_calendar_along_or_leaves_it(
    google: Google, provider: GoogleProvider, access: Access, address: str, delete: bool
) -> None:
    for _ in range(2):
        provider.withdraw(access, delete=delete)
        assert (access.calendar in google.account(address).calendars) is not delete
        assert google.authorization.bearer(access.secrets["access_token"]) is None


@pytest.mark.parametrize("method", ["calendar.calendars.delete", "oauth.revoke"])
@pytest.mark.parametrize("fault", [faults.SERVER_ERROR, faults.DONE_BUT_ERROR, faults.LOST])
def test_a_farewell_that_broke_off_is_finished_by_the_next(
    google: Google, provider: GoogleProvider, access: Access, address: str, method: str, fault: Fault
) -> None:
    google.fault(fault, method=method)
    try:
        provider.withdraw(access, delete=True)
    except CalendarError as error:
        assert not error.is_lasting  # noqa: PT017 - a DELETE whose answer was lost is simply sent again
    provider.withdraw(access, delete=True)
    assert access.calendar not in google.account(address).calendars
    assert google.authorization.bearer(access.secrets["access_token"]) is None


def test_who_was_shown_the_door_may_say_farewell(
    google: Google, provider: GoogleProvider, access: Access, address: str
) -> None:
    google.revoke(address)
    provider.withdraw(access, delete=True)


def test_who_deleted_our_calendar_may_be_said_farewell_to(
    google: Google, provider: GoogleProvider, access: Access, phone: GooglePhone
) -> None:
    phone.google.delete_calendar(access.calendar)
    provider.withdraw(access, delete=True)
    assert google.authorization.bearer(access.secrets["access_token"]) is None


def test_time_that_we_may_not_see_is_refused(google: Google, provider: GoogleProvider, address: str) -> None:
    back = google.approve(asked(provider), address, [OWN_CALENDARS])
    consent = provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)
    calendar = provider.open(provider.make(consent, name="Side by Side", zone="Europe/Madrid"))
    calendar.put(SUNDAYS, etag=None)
    with pytest.raises(CalendarError) as caught:
        calendar.busy(REVISED, REVISED + timedelta(days=7))
    calendar.close()
    assert trouble(caught) is Trouble.REFUSED


def test_a_season_is_asked_for_in_parts(calendar: GoogleCalendar, phone: GooglePhone, google: Google) -> None:
    meetings = [datetime(2027, month, 20, 9, tzinfo=UTC) for month in (3, 5, 6)]
    for starts_at in meetings:
        phone.add_meeting(starts_at, starts_at + timedelta(hours=1))
    google.calls.clear()
    found = calendar.busy(REVISED, REVISED + timedelta(days=120))
    assert [one.starts_at for one in found] == meetings
    assert google.calls == {"calendar.freebusy.query": 2}


def test_many_threads_share_one_provider(google: Google, provider: GoogleProvider) -> None:
    def work(number: int) -> int:
        back = google.approve(asked(provider), f"{uuid4().hex}@example.org")
        consent = provider.redeem(code=code(back), verifier=VERIFIER, return_to=BACK)
        calendar = provider.open(provider.make(consent, name="Side by Side", zone="Europe/Madrid"))
        for one in range(number):
            calendar.put(replace(CHANGED, uid=f"{one}@side-by-side"), etag=None)
        held = calendar.changes(None).held
        calendar.close()
        return len([one for one in held if one.timetable == CHANGED.timetable])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(6))) == list(range(6))


def test_secrets_stay_out_of_what_is_printed(provider: GoogleProvider, access: Access) -> None:
    assert access.secrets["refresh_token"] not in repr(provider.__dict__)
    assert "GOCSPX" not in repr(provider.__dict__)
