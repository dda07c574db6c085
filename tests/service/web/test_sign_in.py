"""Signing in by an e-mailed link."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from rituals.couple import Partner
from rituals.outbox import Letter
from rituals.signin import LINK_LIFE, LINKS_AT_MOST, SESSION_LIFE, SignedIn
from service.links import Links, Purpose
from service.services import Services
from service.web import create_app
from service.web.sign_in import veiled
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair, arrive, sign_in, sign_in_path

ANNA = "anna@example.org"


def letters(services: Services) -> int:
    with services.database.reading() as session:
        return session.scalar(select(func.count(Letter.id)).where(Letter.try_at.is_not(None))) or 0


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/you/edit").status_code == 200


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_the_link_in_the_mail_signs_in(client: FlaskClient, services: Services) -> None:
    answer = client.post("/sign-in", data={"address": "  Anna@Example.org "})
    assert (answer.status_code, answer.location) == (303, "/sign-in/sent")
    assert letters(services) == 1
    answer = client.post(sign_in_path(client, ANNA))
    assert (answer.status_code, answer.location) == (303, "/you/edit")
    assert is_signed_in(client)


def test_opening_the_link_changes_nothing(client: FlaskClient) -> None:
    client.post("/sign-in", data={"address": ANNA})
    path = sign_in_path(client, ANNA)
    for _ in range(3):
        assert client.head(path).status_code == 200
        assert client.get(path).status_code == 200
    assert not is_signed_in(client)
    assert client.post(path).status_code == 303


def test_the_page_of_the_link_shows_enough_of_the_address_to_notice_a_foreign_one(client: FlaskClient) -> None:
    client.post("/sign-in", data={"address": ANNA})
    page = client.application.test_client().get(sign_in_path(client, ANNA)).text
    assert "an…@example.org" in page
    assert ANNA not in page


@pytest.mark.parametrize(
    ("address", "shown"), [("anna@example.org", "an…@example.org"), ("jo@a.org", "j…@a.org"), ("x@a.org", "x…@a.org")]
)
def test_a_veiled_address_never_shows_itself_whole(address: str, shown: str) -> None:
    assert veiled(address) == shown


def test_a_link_signs_in_once(client: FlaskClient, new_client: Callable[[], FlaskClient]) -> None:
    client.post("/sign-in", data={"address": ANNA})
    path = sign_in_path(client, ANNA)
    client.post(path)
    thief = new_client()
    assert thief.get(path).status_code == 410
    answer = thief.post(path)
    assert answer.status_code == 410
    assert "Send me a new link" in answer.text
    assert not is_signed_in(thief)


def test_a_link_works_for_ten_minutes(client: FlaskClient, clock: FakeClock) -> None:
    client.post("/sign-in", data={"address": ANNA})
    path = sign_in_path(client, ANNA)
    clock.advance(LINK_LIFE - timedelta(seconds=1))
    assert client.get(path).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410


def test_an_older_link_dies_when_a_newer_is_asked(client: FlaskClient) -> None:
    client.post("/sign-in", data={"address": ANNA})
    older = sign_in_path(client, ANNA)
    client.post("/sign-in", data={"address": ANNA})
    assert client.post(older).status_code == 410
    assert client.post(sign_in_path(client, ANNA)).status_code == 303


@pytest.mark.parametrize("token", ["x", "e30.abc", "a" * 5000, "%00", "%F0%9F%8C%8D", "..%2Fyou"])
def test_a_token_that_is_not_ours_is_a_link_that_is_over(client: FlaskClient, token: str) -> None:
    assert client.get(f"/sign-in/{token}").status_code in (404, 410)
    assert client.post(f"/sign-in/{token}").status_code in (404, 410)


def test_a_token_for_another_purpose_signs_nobody_in(client: FlaskClient, services: Services) -> None:
    client.post("/sign-in", data={"address": ANNA})
    token = services.links.token(Purpose.LEAVE, link=1, couple=1, partner=1)
    assert client.post(f"/sign-in/{token}").status_code == 410


def test_known_unknown_and_tired_addresses_get_the_same_answer(
    couple: Pair, client: FlaskClient, services: Services
) -> None:
    answers = []
    for _ in range(LINKS_AT_MOST + 1):
        answers.append(client.post("/sign-in", data={"address": ANNA}))
    answers.append(client.post("/sign-in", data={"address": "nobody@example.org"}))
    assert {(answer.status_code, answer.location, answer.text) for answer in answers} == {
        (303, "/sign-in/sent", answers[0].text)
    }
    assert letters(services) == LINKS_AT_MOST + 1
    client.post("/sign-in", data={"address": ANNA})
    tired = client.get("/sign-in/sent").text
    client.post("/sign-in", data={"address": "else@example.org"})
    assert client.get("/sign-in/sent").text == tired.replace(ANNA, "else@example.org")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "a@b",
        "a,b@example.org",
        "a@example.org,b@example.org",
        "<a@example.org>",
        "a@x.org\r\nBcc: b",
        "a\x00@example.org",
        "a" * 10000 + "@example.org",
        "\u202ea@example.org",
        "a b@example.org",
    ],
)
def test_an_address_that_is_none_is_said_so_and_kept_in_the_field(
    client: FlaskClient, services: Services, address: str
) -> None:
    answer = client.post("/sign-in", data={"address": address})
    assert answer.status_code == 422
    assert 'id="address-error"' in answer.text
    assert letters(services) == 0


def test_a_client_that_asks_and_asks_is_told_to_wait(client: FlaskClient, services: Services) -> None:
    statuses = [client.post("/sign-in", data={"address": f"a{n}@example.org"}).status_code for n in range(21)]
    assert statuses == [303] * 20 + [429]
    assert letters(services) == 20


def test_signing_in_replaces_whoever_was_signed_in(app: Flask, client: FlaskClient, services: Services) -> None:
    ben = arrive(app, "ben@example.org", "Ben", "Europe/Berlin")
    ben.post("/sign-in", data={"address": ANNA})
    path = sign_in_path(ben, ANNA)
    assert "They will be signed out." in ben.get(path).text
    before = ben.get_cookie(app.config["SIGN_IN_COOKIE"])
    ben.post(path)
    after = ben.get_cookie(app.config["SIGN_IN_COOKIE"])
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with services.database.reading() as session:
        addresses = session.scalars(select(Partner.address).join(SignedIn, SignedIn.partner_id == Partner.id)).all()
    assert addresses == [ANNA]
    client.set_cookie(app.config["SIGN_IN_COOKIE"], before.value)
    assert not is_signed_in(client)


def test_what_the_database_holds_opens_nothing(client: FlaskClient, services: Services, app: Flask) -> None:
    sign_in(client, ANNA)
    cookie = client.get_cookie(app.config["SIGN_IN_COOKIE"])
    assert cookie is not None
    with services.database.reading() as session:
        kept = session.scalars(select(SignedIn.digest)).one()
    assert cookie.value not in kept
    thief = app.test_client()
    thief.set_cookie(app.config["SIGN_IN_COOKIE"], kept)
    assert not is_signed_in(thief)


def test_being_signed_in_ends_by_itself(client: FlaskClient, clock: FakeClock) -> None:
    sign_in(client, ANNA)
    clock.advance(SESSION_LIFE)
    assert client.get("/you").location == "/sign-in?next=/you"


def test_signing_out_ends_the_session_on_both_sides(client: FlaskClient, app: Flask, services: Services) -> None:
    sign_in(client, ANNA)
    cookie = client.get_cookie(app.config["SIGN_IN_COOKIE"])
    assert cookie is not None
    answer = client.post("/sign-out")
    assert answer.location == "/"
    assert answer.headers["Clear-Site-Data"] == '"cache"'  # or the button 'back' would still show what was there
    assert client.get_cookie(app.config["SIGN_IN_COOKIE"]) is None
    client.set_cookie(app.config["SIGN_IN_COOKIE"], cookie.value)
    assert not is_signed_in(client)


def test_after_signing_in_the_page_that_was_wanted_comes(app: Flask) -> None:
    arrive(app, ANNA, "Anna", "Europe/Berlin")
    client = app.test_client()
    assert client.get("/you").location == "/sign-in?next=/you"
    client.get("/sign-in?next=/you")
    client.post("/sign-in", data={"address": ANNA})
    assert client.post(sign_in_path(client, ANNA)).location == "/you"


def test_without_a_couple_the_invitation_comes_next(app: Flask) -> None:
    arrive(app, ANNA, "Anna", "Europe/Berlin")
    client = app.test_client()
    client.post("/sign-in", data={"address": ANNA})
    assert client.post(sign_in_path(client, ANNA)).location == "/invitations/new"


def test_with_a_couple_home_comes_next(couple: Pair, client: FlaskClient) -> None:
    client.post("/sign-in", data={"address": ANNA})
    assert client.post(sign_in_path(client, ANNA)).location == "/"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "\t//evil.example",
        "/%0d%0aSet-Cookie:x",
        "http:evil",
        "evil",
        "///evil.example",
        "/\r\nLocation: x",
        " /you",
        "\\\\evil.example",
    ],
)
def test_only_own_paths_are_gone_to(app: Flask, target: str) -> None:
    arrive(app, ANNA, "Anna", "Europe/Berlin")
    client = app.test_client()
    client.get("/sign-in", query_string={"next": target})
    client.post("/sign-in", data={"address": ANNA})
    answer = client.post(sign_in_path(client, ANNA))
    assert answer.location == "/invitations/new" or answer.location.startswith("/%0d%0a")
    assert client.get("/sign-in", query_string={"next": target}).location.startswith("/")
    answer = client.post("/sign-out", data={"next": target})
    assert answer.location.startswith("/")
    assert not answer.location.startswith("//")


def test_a_link_of_another_installation_signs_nobody_in(client: FlaskClient, services: Services) -> None:
    client.post("/sign-in", data={"address": ANNA})
    foreign = Links(["another-key" * 5], "").token(Purpose.SIGN_IN, link=1)
    assert client.post(f"/sign-in/{foreign}").status_code == 410


def test_two_browsers_press_the_same_button_and_one_is_signed_in(services: Services, client: FlaskClient) -> None:
    client.post("/sign-in", data={"address": ANNA})
    path = sign_in_path(client, ANNA)
    other = create_app(replace(services)).test_client()
    client.post(path)
    other.application.config["WTF_CSRF_ENABLED"] = False
    assert other.post(path).status_code == 410
