"""The private feed: what stands on one partner's calendar, for programs that hold its address."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair
from tests.service.web.planning import agree, occurrences, propose


def feed_of(client: FlaskClient) -> str:
    """The path of this person's feed, chosen now if it was not."""
    client.post("/calendars", data={"way": "feed"})
    return re.findall(r"(/feed/[\w-]+\.ics)", client.get("/calendars").text)[0]


@pytest.fixture
def program(app: Flask) -> FlaskClient:
    """A calendar program: no cookies, ever."""
    return app.test_client(use_cookies=False)


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_what_both_agreed_stands_in_the_feed(couple: Pair, program: FlaskClient) -> None:
    agree(couple)
    path = feed_of(couple.anna)

    answer = program.get(path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:Morning coffee" in answer.text
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" in answer.text
    assert "DTSTART;TZID=Europe/Berlin:20270302T073000" in answer.text
    assert answer.text.count("BEGIN:VEVENT") == 1


def test_a_proposal_stands_nowhere(couple: Pair, program: FlaskClient) -> None:
    propose(couple.anna)

    assert "BEGIN:VEVENT" not in program.get(feed_of(couple.anna)).text


def test_it_says_the_ritual_s_line_and_a_link_and_never_a_question(couple: Pair, program: FlaskClient) -> None:
    plan_id = agree(couple)

    text = program.get(feed_of(couple.anna)).text.replace("\r\n ", "")

    assert "One cup\\, two people" in text
    assert f"http://localhost/plans/{plan_id}" in text
    assert "?" not in text.split("BEGIN:VEVENT")[1]


def test_plain_titles_are_one_s_own(couple: Pair, program: FlaskClient) -> None:
    agree(couple)
    couple.anna.post("/you", data={"name": "Anna", "zone": "Europe/Berlin", "plain_titles": "yes", "depth_cap": "3"})

    assert "SUMMARY:Coffee" in program.get(feed_of(couple.anna)).text
    assert "SUMMARY:Morning coffee" in program.get(feed_of(couple.ben)).text


def test_the_same_plans_give_the_same_bytes(couple: Pair, program: FlaskClient, clock: FakeClock) -> None:
    agree(couple)
    path = feed_of(couple.anna)
    first = program.get(path)
    clock.advance(timedelta(hours=6))

    second = program.get(path)

    assert (second.data, second.headers["ETag"]) == (first.data, first.headers["ETag"])


def test_whoever_has_it_already_gets_only_a_304(couple: Pair, program: FlaskClient) -> None:
    plan_id = agree(couple)
    path = feed_of(couple.anna)
    first = program.get(path)

    again = program.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Last-Modified"]

    couple.ben.post(f"/occurrences/{occurrences(couple.anna, plan_id)[3].id}/skip")
    changed = program.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "EXDATE" in changed.text


def test_a_head_request_gets_the_headers_alone(couple: Pair, program: FlaskClient) -> None:
    agree(couple)
    path = feed_of(couple.anna)

    answer = program.head(path)

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == program.get(path).headers["ETag"]


@pytest.mark.parametrize("path", ["mine", "/feed/nothing.ics"])
def test_it_is_private_and_sets_no_cookie(couple: Pair, program: FlaskClient, path: str) -> None:
    headers = program.get(feed_of(couple.anna) if path == "mine" else path).headers

    assert "Set-Cookie" not in headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_can_only_be_read(couple: Pair, program: FlaskClient, method: str) -> None:
    assert getattr(program, method)(feed_of(couple.anna)).status_code == 405


@pytest.mark.parametrize("secret", ["x", "x" * 43, "x" * 5000, "%00", "..%2f", "é"])
def test_what_is_no_feed_is_not_found(program: FlaskClient, secret: str) -> None:
    assert program.get(f"/feed/{secret}.ics").status_code == 404


def test_one_changed_character_is_not_found(couple: Pair, program: FlaskClient) -> None:
    path = feed_of(couple.anna)
    changed = path.replace(path[10], "A" if path[10] != "A" else "B", 1)

    assert program.get(changed).status_code == 404


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_new_address_makes_the_old_one_lead_nowhere(couple: Pair, program: FlaskClient) -> None:
    agree(couple)
    old = feed_of(couple.anna)

    couple.anna.post("/calendars/feed/renew")

    new = feed_of(couple.anna)
    assert new != old
    assert program.get(old).status_code == 404
    assert "BEGIN:VEVENT" in program.get(new).text


def test_only_one_who_has_a_feed_can_renew_it(couple: Pair) -> None:
    answer = couple.ben.post("/calendars/feed/renew", follow_redirects=True)

    assert "You have no private address" in answer.text


@pytest.mark.parametrize("way", ["mail", "none"])
def test_a_feed_that_was_switched_off_is_empty(couple: Pair, program: FlaskClient, way: str) -> None:
    agree(couple)
    path = feed_of(couple.anna)

    couple.anna.post("/calendars", data={"way": way})

    assert program.get(path).status_code == 200
    assert "BEGIN:VEVENT" not in program.get(path).text


def test_switched_on_again_it_is_the_same_address(couple: Pair, program: FlaskClient) -> None:
    agree(couple)
    path = feed_of(couple.anna)
    couple.anna.post("/calendars", data={"way": "none"})

    assert feed_of(couple.anna) == path
    assert "BEGIN:VEVENT" in program.get(path).text


@pytest.mark.parametrize("way", ["feed", "none"])
def test_after_leaving_it_is_not_found(couple: Pair, program: FlaskClient, way: str) -> None:
    path = feed_of(couple.anna)
    couple.anna.post("/calendars", data={"way": way})

    couple.anna.post("/leave", data={"events": "stay"})

    assert program.get(path).status_code == 404


@pytest.mark.parametrize(("events", "shown"), [("stay", True), ("go", False)])
def test_the_one_who_was_left_keeps_what_the_leaver_let_stay(
    couple: Pair, program: FlaskClient, events: str, shown: bool
) -> None:
    agree(couple)
    path = feed_of(couple.ben)

    couple.anna.post("/leave", data={"events": events})

    assert program.get(path).status_code == 200
    assert ("BEGIN:VEVENT" in program.get(path).text) is shown


def test_a_plan_that_rests_or_has_ended_is_gone(couple: Pair, program: FlaskClient) -> None:
    plan_id = agree(couple)
    path = feed_of(couple.anna)

    couple.ben.post(f"/plans/{plan_id}/pause")
    assert "BEGIN:VEVENT" not in program.get(path).text
    couple.ben.post(f"/plans/{plan_id}/resume")
    assert "BEGIN:VEVENT" in program.get(path).text
    couple.ben.post(f"/plans/{plan_id}/end")
    assert "BEGIN:VEVENT" not in program.get(path).text
