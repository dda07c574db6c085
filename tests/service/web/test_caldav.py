"""Connecting a calendar by CalDAV: in a provider's own words, and the password stays where it belongs."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.open_account import OpenAccount
from service.web.limits import AT_ONCE
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.connecting import PASSWORD, Calendars
from tests.service.web.people import Pair, services_of
from tests.service.web.planning import agree, words

SLUGS = ["icloud", "fastmail", "nextcloud", "mailbox-org", "other"]
SENTENCES = {
    Trouble.RECONNECT: "The name or the password was not accepted.",
    Trouble.GONE: "We found no calendar there.",
    Trouble.ODD: "We found no calendar there.",
    Trouble.REFUSED: "This account does not allow that.",
    Trouble.BUSY: "It does not answer at the moment.",
    Trouble.UNREACHABLE: "It does not answer at the moment.",
    Trouble.UNSAFE: "This address leads to a place that we do not ask",
}


@pytest.fixture
def account(calendars: Calendars) -> Calendars:
    """Anna has an account with two calendars."""
    calendars.accounts.open_account("anna", PASSWORD, "Home", "Work")
    return calendars


def fill(browser: FlaskClient, slug: str = "icloud", **changes: str) -> tuple[int, str]:
    fields = {"user": "anna", "password": PASSWORD, "where": "new"} | changes
    answer = browser.post(f"/calendars/caldav/{slug}", data=fields)
    return answer.status_code, answer.location or answer.text


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_new_calendar_is_made_and_filled(couple: Pair, account: Calendars) -> None:
    agree(couple)
    page = account.connect_account(couple.anna)
    assert "in the calendar “Side by Side”" in page.text
    account.keep_in_step()
    made = account.calendar(couple.anna_id)
    assert made == "Side by Side 3 in Europe/Berlin"
    assert len(account.accounts.calendars[made].kept) == 1
    assert account.linked(couple.ben_id) is None


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_one_that_they_have_is_chosen_in_a_second_step(couple: Pair, account: Calendars) -> None:
    assert fill(couple.anna, where="own") == (303, "/calendars/caldav/choose")
    page = couple.anna.get("/calendars/caldav/choose").text
    assert words(page).index("Home") < words(page).index("Work")
    answer = couple.anna.post("/calendars/caldav/choose", data={"calendar": "1"}, follow_redirects=True)
    assert "in the calendar “Work”" in answer.text
    assert account.calendar(couple.anna_id) == "Work"
    linked = account.linked(couple.anna_id)
    assert linked is not None
    assert linked.access(account.services.vault).secrets["password"] == PASSWORD


def test_what_opens_the_account_is_forgotten_once_it_is_connected(couple: Pair, account: Calendars) -> None:
    fill(couple.anna, where="own")
    assert opened(couple) == 1
    couple.anna.post("/calendars/caldav/choose", data={"calendar": "0"})
    assert opened(couple) == 0


def opened(couple: Pair) -> int:
    with services_of(couple.anna.application).database.reading() as session:
        return session.query(OpenAccount).count()


def test_after_ten_minutes_it_begins_anew(couple: Pair, account: Calendars, clock: FakeClock) -> None:
    fill(couple.anna, where="own")
    clock.advance(timedelta(minutes=10))
    for answer in (
        couple.anna.get("/calendars/caldav/choose"),
        couple.anna.post("/calendars/caldav/choose", data={"calendar": "0"}),
    ):
        assert answer.location == "/calendars/caldav"
    assert account.linked(couple.anna_id) is None


def test_nobody_else_chooses_from_it(couple: Pair, account: Calendars) -> None:
    fill(couple.anna, where="own")
    assert couple.ben.get("/calendars/caldav/choose").location == "/calendars/caldav"
    couple.ben.post("/calendars/caldav/choose", data={"calendar": "0"})
    assert account.linked(couple.ben_id) is None


@pytest.mark.parametrize("calendar", ["", "2", "-1", "1e0", "Home", "\x00"])
def test_what_is_none_of_them_is_asked_again(couple: Pair, account: Calendars, calendar: str) -> None:
    fill(couple.anna, where="own")
    answer = couple.anna.post("/calendars/caldav/choose", data={"calendar": calendar})
    assert (answer.status_code, "Choose one of them." in answer.text) == (422, True)
    assert account.linked(couple.anna_id) is None


@pytest.mark.parametrize(("where", "call"), [("new", "make"), ("own", "find")])
@pytest.mark.parametrize("trouble", list(Trouble))
def test_whatever_the_server_says_five_sentences_tell_it_and_the_form_stays_filled(
    couple: Pair, account: Calendars, where: str, call: str, trouble: Trouble
) -> None:
    error = CalendarError("It fails at https://dav.example.org/secret.", trouble)
    account.accounts.fault = lambda asked: error if asked == call else None
    status, page = fill(couple.anna, "other", place="dav.example.org", user="anna.b", where=where)
    assert status == 422
    assert SENTENCES[trouble] in page
    assert 'value="dav.example.org"' in page
    assert 'value="anna.b"' in page
    assert f'value="{where}" checked' in page
    assert PASSWORD not in page
    assert "/secret" not in page
    assert account.linked(couple.anna_id) is None


@pytest.mark.parametrize("missing", ["place", "user", "password"])
def test_what_is_missing_is_said_beside_its_field_and_nobody_is_asked(
    couple: Pair, account: Calendars, missing: str
) -> None:
    fields = {"place": "dav.example.org", "user": "anna", "password": PASSWORD} | {missing: "  "}
    status, page = fill(couple.anna, "other", **fields)
    assert status == 422
    assert f'id="{missing}-error"' in page
    assert PASSWORD not in page
    assert account.accounts.places == []


@pytest.mark.parametrize("value", ["x" * 5000, "a\r\nb", "\x00", "\u202e"])
@pytest.mark.parametrize("field", ["place", "user", "password"])
def test_odd_input_is_a_sentence_and_nobody_is_asked(couple: Pair, account: Calendars, field: str, value: str) -> None:
    status, _ = fill(couple.anna, "other", **{"place": "dav.example.org", field: value})
    assert status == 422
    assert account.accounts.places == []


@pytest.mark.parametrize(("slug", "place"), [("icloud", "icloud.com"), ("fastmail", "fastmail.com")])
def test_a_provider_that_is_known_is_asked_where_it_is(couple: Pair, account: Calendars, slug: str, place: str) -> None:
    fill(couple.anna, slug, place="evil.example.org")
    assert set(account.accounts.places) == {place}


@pytest.mark.parametrize("slug", SLUGS)
def test_each_provider_has_its_own_words(couple: Pair, calendars: Calendars, slug: str) -> None:
    page = couple.anna.get(f"/calendars/caldav/{slug}").text
    assert "First, a password for this alone" in page
    assert f"/calendars/caldav/{slug}" in couple.anna.get("/calendars/caldav").text
    assert ("app-specific password" in page) == (slug == "icloud")


def test_an_account_without_calendars_says_so(couple: Pair, calendars: Calendars) -> None:
    calendars.accounts.open_account("anna", PASSWORD)
    status, page = fill(couple.anna, where="own")
    assert status == 422
    assert "There is no calendar in this account that can be written to." in page


def test_names_of_calendars_are_text(couple: Pair, calendars: Calendars) -> None:
    calendars.accounts.open_account("anna", PASSWORD, "<script>alert(1)</script>\u202e", "n" * 500)
    fill(couple.anna, where="own")
    assert "<script>alert" not in couple.anna.get("/calendars/caldav/choose").text
    for number in ("0", "1"):
        fill(couple.anna, where="own")
        page = couple.anna.post("/calendars/caldav/choose", data={"calendar": number}, follow_redirects=True).text
        assert "Connected." in page
        assert "<script>alert" not in page
        assert "\u202e" not in page


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_connecting_again_takes_up_the_calendar_that_was_connected(couple: Pair, account: Calendars) -> None:
    agree(couple)
    account.connect_account(couple.anna)
    account.keep_in_step()
    before = account.calendar(couple.anna_id)
    account.break_down(couple.anna_id, Trouble.RECONNECT)
    account.mend()
    assert "The one from before" in couple.anna.get("/calendars/caldav/icloud").text

    account.connect_account(couple.anna)
    account.keep_in_step()

    assert account.calendar(couple.anna_id) == before
    assert [name for name in account.accounts.calendars if name.startswith("Side")] == [before]
    assert len(account.accounts.calendars[before].kept) == 1


def test_the_password_stands_in_no_page_no_cookie_and_no_row(couple: Pair, account: Calendars) -> None:
    fill(couple.anna, where="own")
    pages = [couple.anna.get(path).text for path in ("/calendars/caldav/choose", "/calendars/caldav/icloud")]
    account.connect_account(couple.anna)
    pages.append(couple.anna.get("/calendars").text)
    assert all(PASSWORD not in page for page in pages)
    cookie = couple.anna.get_cookie("state")
    assert cookie is None or PASSWORD not in cookie.value
    linked = account.linked(couple.anna_id)
    assert linked is not None
    assert PASSWORD.encode() not in (linked.sealed or b"")


def test_who_asks_too_often_waits(couple: Pair, account: Calendars) -> None:
    answers = [fill(couple.anna, password="wrong")[0] for _ in range(31)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {422}


@pytest.mark.parametrize("path", ["/calendars/caldav/nobody", "/calendars/caldav/Icloud"])
def test_a_provider_that_is_none_is_not_found(couple: Pair, calendars: Calendars, path: str) -> None:
    assert couple.anna.get(path).status_code == 404
    assert couple.anna.post(path).status_code == 404


def test_the_choice_among_the_ways_leads_there(couple: Pair, calendars: Calendars) -> None:
    assert couple.anna.post("/calendars", data={"way": "caldav"}).location == "/calendars/caldav"


def test_a_calendar_that_the_other_uses_is_refused_where_it_was_chosen(couple: Pair, account: Calendars) -> None:
    account.accounts.open_account("ben", PASSWORD, "Ours")
    account.accounts.accounts["anna", PASSWORD] = account.accounts.accounts["ben", PASSWORD]
    for browser, user in ((couple.ben, "ben"), (couple.anna, "anna")):
        fill(browser, user=user, where="own")
        answer = browser.post("/calendars/caldav/choose", data={"calendar": "0"})
    assert answer.status_code == 422
    assert "Choose another calendar, or another way." in words(answer.text)
    assert account.linked(couple.anna_id) is None


def test_slow_servers_hold_up_a_few_who_connect_and_no_page(couple: Pair, account: Calendars) -> None:
    answers: list[tuple[int, str]] = []

    def one_more(_call: str) -> None:
        """While this server is asked, somebody else connects to it, and so on."""
        if len(answers) < AT_ONCE:
            answers.append(fill(couple.ben, "other", place="slow.example.org"))

    account.accounts.fault = one_more
    fill(couple.anna, "other", place="slow.example.org")
    assert len(account.accounts.places) == AT_ONCE
    assert "It does not answer at the moment." in answers[0][1]
    assert PASSWORD not in answers[0][1]
