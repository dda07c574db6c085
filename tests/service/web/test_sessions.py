"""The browsers in which somebody is signed in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.signin import SignedIn
from service.services import Services
from service.web.device import label
from tests.conftest import KINDS
from tests.service.web.people import Pair, arrive

WHO = ("anna@example.org", "Anna", "Europe/Berlin")


def session_ids(services: Services, partner_id: int) -> list[int]:
    with services.database.reading() as session:
        return list(session.scalars(select(SignedIn.id).where(SignedIn.partner_id == partner_id)))


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/you/edit").status_code == 200


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_one_of_several_browsers_can_be_signed_out(app: Flask, services: Services) -> None:
    here, there = arrive(app, *WHO), arrive(app, *WHO)
    page = here.get("/you").text
    assert page.count("Sign out there") == 1
    (_, other) = session_ids(services, 1)
    assert here.post(f"/you/sessions/{other}/end").status_code == 303
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_everywhere_is_everywhere(app: Flask) -> None:
    here, there = arrive(app, *WHO), arrive(app, *WHO)
    answer = here.post("/you/sessions/end-all")
    assert answer.location == "/"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert here.get_cookie(app.config["SIGN_IN_COOKIE"]) is None
    assert not is_signed_in(here)
    assert not is_signed_in(there)


@pytest.mark.parametrize("number", ["theirs", "12345", "9223372036854775807", "99999999999999999999999", "-1", "x"])
def test_a_session_of_somebody_else_is_none(couple: Pair, services: Services, number: str) -> None:
    (theirs,) = session_ids(services, couple.ben_id)
    answer = couple.anna.post(f"/you/sessions/{theirs if number == 'theirs' else number}/end")
    assert answer.status_code == 404
    assert is_signed_in(couple.ben)


def test_nobody_ends_sessions_without_being_signed_in(client: FlaskClient, couple: Pair) -> None:
    assert client.post("/you/sessions/1/end").location == "/sign-in"
    assert client.post("/you/sessions/end-all").location == "/sign-in"
    assert is_signed_in(couple.anna)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0", "Firefox on Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/126.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge on Mac",
        ),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
        ("<script>" * 2000, "A browser"),
    ],
)
def test_a_browser_is_called_by_a_coarse_name(user_agent: str, words: str) -> None:
    assert label(user_agent) == words
