"""Connecting Google Calendar: there and back, and nothing linked on any deviation."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.connection import Way
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.connecting import PASSWORD, RETURN, Calendars
from tests.service.web.people import Pair, arrive
from tests.service.web.planning import agree, words


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_it_is_connected_and_the_rituals_stand_there(couple: Pair, calendars: Calendars) -> None:
    agree(couple)
    page = calendars.connect_google(couple.anna)
    assert "Connected. Your rituals stand there in a minute" in page.text
    calendars.keep_in_step()
    calendar = calendars.google.calendars[calendars.calendar(couple.anna_id)]
    assert calendar.name == "Side by Side 1 in Europe/Berlin"
    assert len(calendar.kept) == 1
    assert calendars.linked(couple.ben_id) is None


def test_google_is_told_where_to_send_them_back(couple: Pair, calendars: Calendars) -> None:
    calendars.leave_for_google(couple.anna)
    assert calendars.google.sent[-1]["return_to"] == f"http://localhost{RETURN}"


def test_every_way_there_has_secrets_of_its_own(couple: Pair, calendars: Calendars) -> None:
    for _ in range(2):
        calendars.leave_for_google(couple.anna)
    first, second = calendars.google.sent
    assert len({first["state"], first["verifier"], second["state"], second["verifier"]}) == 4
    assert all(len(one[name]) >= 43 for one in (first, second) for name in ("state", "verifier"))


def test_the_browser_keeps_no_secret_that_it_could_read(couple: Pair, calendars: Calendars) -> None:
    state = calendars.leave_for_google(couple.anna)
    cookie = couple.anna.get_cookie("state")
    assert cookie is not None
    assert state not in cookie.value
    assert calendars.google.sent[-1]["verifier"] not in cookie.value


def come_back(calendars: Calendars, browser: FlaskClient, **query: str) -> str:
    return browser.get(RETURN, query_string=query, follow_redirects=True).text


@pytest.mark.parametrize(
    "changed", [{"state": "another"}, {"state": ""}, {"code": ""}, {"code": "x" * 3000}, {"state": "ü\u2028\x00"}]
)
def test_whatever_differs_links_nothing(couple: Pair, calendars: Calendars, changed: dict[str, str]) -> None:
    state = calendars.leave_for_google(couple.anna)
    page = come_back(calendars, couple.anna, **({"state": state, "code": calendars.google.allow()} | changed))
    assert "That did not come back as it went out." in page
    assert calendars.linked(couple.anna_id) is None


def test_coming_back_without_having_gone_links_nothing(couple: Pair, calendars: Calendars) -> None:
    page = come_back(calendars, couple.anna, state="", code=calendars.google.allow())
    assert "Nothing was connected." in page
    assert calendars.linked(couple.anna_id) is None


def test_a_way_back_counts_once(couple: Pair, calendars: Calendars) -> None:
    state = calendars.leave_for_google(couple.anna)
    come_back(calendars, couple.anna, state="another", code=calendars.google.allow())
    page = come_back(calendars, couple.anna, state=state, code=calendars.google.allow())
    assert "That did not come back as it went out." in page
    assert calendars.linked(couple.anna_id) is None


@pytest.mark.parametrize(("away", "is_linked"), [(timedelta(minutes=9), True), (timedelta(minutes=10), False)])
def test_there_are_ten_minutes_for_it(
    couple: Pair, calendars: Calendars, clock: FakeClock, away: timedelta, is_linked: bool
) -> None:
    state = calendars.leave_for_google(couple.anna)
    clock.advance(away)
    calendars.come_back(couple.anna, state, calendars.google.allow())
    assert (calendars.linked(couple.anna_id) is not None) == is_linked


def test_another_s_way_back_links_nothing(couple: Pair, calendars: Calendars) -> None:
    state = calendars.leave_for_google(couple.anna)
    calendars.come_back(couple.ben, state, calendars.google.allow())
    cookie = couple.anna.get_cookie("state")
    assert cookie is not None
    couple.ben.set_cookie("state", cookie.value)
    calendars.come_back(couple.ben, state, calendars.google.allow())
    assert calendars.linked(couple.ben_id) is None


def test_a_guest_who_comes_back_is_sent_to_sign_in_without_the_code(
    couple: Pair, client: FlaskClient, calendars: Calendars
) -> None:
    state = calendars.leave_for_google(couple.anna)
    answer = client.get(RETURN, query_string={"state": state, "code": calendars.google.allow()})
    assert answer.location == "/calendars"


def test_a_no_there_is_taken_kindly(couple: Pair, calendars: Calendars) -> None:
    state = calendars.leave_for_google(couple.anna)
    page = come_back(calendars, couple.anna, state=state, error="access_denied")
    assert "Not connected, then." in page
    assert calendars.linked(couple.anna_id) is None


def test_consent_without_what_is_needed_says_what_is_missing_and_is_given_back(
    couple: Pair, calendars: Calendars
) -> None:
    page = calendars.connect_google(couple.anna, may_write=False)
    assert "One thing is missing." in page.text
    assert "Try again" in page.text
    assert calendars.linked(couple.anna_id) is None
    assert calendars.google.withdrawn == [("", False)]
    assert calendars.google.calendars == {}


def test_without_knowing_when_they_are_busy_it_works_and_says_what_is_less(couple: Pair, calendars: Calendars) -> None:
    page = calendars.connect_google(couple.anna, may_see_busy=False)
    assert "Connected." in page.text
    assert "so “Find a time” knows less" in page.text
    assert calendars.linked(couple.anna_id) is not None


@pytest.mark.parametrize("call", ["redeem", "make"])
@pytest.mark.parametrize("trouble", list(Trouble))
def test_when_google_fails_on_the_way_nothing_is_linked(
    couple: Pair, calendars: Calendars, call: str, trouble: Trouble
) -> None:
    error = CalendarError("It fails.", trouble)
    calendars.google.fault = lambda asked: error if asked == call else None
    page = calendars.connect_google(couple.anna)
    assert "Nothing was connected." in page.text
    assert "Google " in words(page.text).partition("Nothing was connected.")[0][-90:], "it speaks of Google"
    assert "password" not in page.text.partition("Nothing was connected.")[0], "nobody typed one"
    assert calendars.linked(couple.anna_id) is None


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_connecting_again_takes_up_the_calendar_that_was_ours(couple: Pair, calendars: Calendars) -> None:
    agree(couple)
    calendars.connect_google(couple.anna)
    calendars.keep_in_step()
    before = calendars.calendar(couple.anna_id)
    calendars.break_down(couple.anna_id, Trouble.RECONNECT)
    assert "It does not let us in any more." in words(couple.anna.get("/calendars").text)

    calendars.mend()
    calendars.connect_google(couple.anna)
    calendars.keep_in_step()

    assert calendars.calendar(couple.anna_id) == before
    assert list(calendars.google.calendars) == [before]
    assert len(calendars.google.calendars[before].kept) == 1
    assert calendars.google.withdrawn == []
    assert "does not let us in" not in couple.anna.get("/calendars").text


def test_one_that_was_deleted_there_is_made_again_and_filled(couple: Pair, calendars: Calendars) -> None:
    agree(couple)
    calendars.connect_google(couple.anna)
    calendars.keep_in_step()
    before = calendars.calendar(couple.anna_id)
    calendars.break_down(couple.anna_id, Trouble.GONE)
    assert "Make it again" in couple.anna.get("/calendars").text
    del calendars.google.calendars[before]

    calendars.connect_google(couple.anna)
    calendars.keep_in_step()

    made = calendars.calendar(couple.anna_id)
    assert made != before
    assert len(calendars.google.calendars[made].kept) == 1
    assert calendars.google.withdrawn == [], "giving back the old access would take the new one along"


def test_a_calendar_that_is_still_being_cleared_is_waited_for(couple: Pair, calendars: Calendars) -> None:
    calendars.connect_google(couple.anna)
    couple.anna.post("/calendars/disconnect", data={"events": "delete"})
    page = couple.anna.post("/calendars/google", follow_redirects=True)
    assert "still being cleared" in page.text
    calendars.keep_in_step()
    calendars.leave_for_google(couple.anna)


def test_one_elsewhere_that_is_still_being_cleared_is_not_waited_for(couple: Pair, calendars: Calendars) -> None:
    calendars.accounts.open_account("anna", PASSWORD)
    calendars.connect_account(couple.anna)
    couple.anna.post("/calendars/disconnect", data={"events": "delete"})
    calendars.leave_for_google(couple.anna)


def test_the_choice_among_the_ways_leads_there_as_well(couple: Pair, calendars: Calendars) -> None:
    answer = couple.anna.post("/calendars", data={"way": "google"})
    assert answer.location.startswith(calendars.google.page)


def test_the_page_lets_its_form_lead_to_google_and_other_pages_do_not(couple: Pair, calendars: Calendars) -> None:
    policy = couple.anna.get("/calendars").headers["Content-Security-Policy"]
    assert "form-action 'self' https://accounts.google.com;" in policy
    assert "form-action 'self';" in couple.anna.get("/you").headers["Content-Security-Policy"]


def test_where_google_is_not_set_up_there_is_no_such_page(couple: Pair) -> None:
    assert "Google Calendar" not in words(couple.anna.get("/calendars").text)
    assert couple.anna.post("/calendars/google").status_code == 404
    assert couple.anna.get(RETURN).status_code == 404


def test_one_alone_goes_nowhere(app: Flask, calendars: Calendars) -> None:
    alone = arrive(app, "eve@example.org", "Eve", "Europe/Berlin")
    assert alone.post("/calendars/google").location == "/invitations/new"
    assert calendars.google.sent == []


def test_a_space_that_closes_meanwhile_gets_no_calendar(couple: Pair, calendars: Calendars) -> None:
    state = calendars.leave_for_google(couple.anna)
    couple.ben.post("/leave", data={"events": "stay"})
    calendars.come_back(couple.anna, state, calendars.google.allow())
    assert calendars.linked(couple.anna_id) is None


def test_a_space_that_closes_while_google_is_asked_gets_none_either_and_the_access_goes_back(
    couple: Pair, calendars: Calendars
) -> None:
    calendars.google.fault = lambda call: leaving(couple) if call == "make" else None
    calendars.connect_google(couple.anna)
    assert calendars.linked(couple.anna_id) is None
    assert calendars.google.withdrawn == [("Side by Side 1 in Europe/Berlin", True)]


def test_signing_out_while_google_is_asked_leads_to_sign_in_without_the_code(
    couple: Pair, calendars: Calendars
) -> None:
    state = calendars.leave_for_google(couple.anna)
    calendars.google.fault = lambda call: ending(couple) if call == "make" else None
    answer = couple.anna.get(RETURN, query_string={"state": state, "code": calendars.google.allow()})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert calendars.google.withdrawn == [("Side by Side 1 in Europe/Berlin", True)]


def ending(couple: Pair) -> None:
    couple.anna.post("/you/sessions/end-all")


def leaving(couple: Pair) -> None:
    couple.ben.post("/leave", data={"events": "stay"})


def test_from_mail_to_google_the_mails_are_called_off(couple: Pair, calendars: Calendars) -> None:
    couple.anna.post("/calendars", data={"way": "mail"})
    calendars.connect_google(couple.anna)
    linked = calendars.linked(couple.anna_id)
    assert linked is not None
    assert linked.connection.way == Way.GOOGLE
