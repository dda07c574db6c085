"""The pages that are the same for everybody."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.web.help_lines import Country, countries
from tests.service.web.people import Pair


@pytest.mark.parametrize("path", ["/support", "/privacy"])
def test_it_is_the_same_for_everybody_and_touches_no_cookie(
    guarded_app: Flask, app: Flask, client: FlaskClient, couple: Pair, path: str
) -> None:
    client.post("/sign-in", data={"address": "anna@example.org"})
    client.post("/sign-out")
    answers = [browser.get(path) for browser in (guarded_app.test_client(), client, couple.anna, couple.ben)]
    assert len({answer.text for answer in answers}) == 1
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_notice_that_waits_is_not_shown_there(couple: Pair) -> None:
    couple.anna.post("/space", data={"phone_place": "the drawer"})
    assert "Saved" not in couple.anna.get("/support").text
    assert "Saved" in couple.anna.get("/space").text


def test_the_page_says_where_help_is_and_has_a_quick_exit(client: FlaskClient) -> None:
    page = client.get("/support").text
    assert "data-quick-exit" in page
    assert "It does not clear your browser’s history" in page
    for country in countries():
        assert country.name in page
        for line in country.lines:
            assert line.number in page


@pytest.mark.parametrize("country", countries(), ids=lambda country: country.name)
def test_every_country_has_lines_that_can_be_dialled_and_the_day_they_were_written_down(country: Country) -> None:
    assert country.emergency
    assert date(2026, 1, 1) < country.written
    assert country.lines
    for line in country.lines:
        assert line.name
        assert line.words
        assert line.number or line.site
        assert re.fullmatch(r"[0-9]*", line.dial)
        assert not line.site or line.site.startswith("https://")


def test_no_page_loads_anything_from_anywhere_else(client: FlaskClient) -> None:
    page = client.get("/support").text
    assert not re.findall(r'(?:src|<link[^>]*href)="(?:https?:)?//', page)
