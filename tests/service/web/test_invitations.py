"""Asking somebody, and answering."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from rituals.couple import Couple, Partner
from rituals.invitation import LIFE
from rituals.outbox import Letter, LetterKind
from service.links import Purpose
from service.services import Services
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair, arrive, introduce, invitation_path, sign_in

BEN = "ben@example.org"


@pytest.fixture
def anna(app: Flask) -> FlaskClient:
    return arrive(app, "anna@example.org", "Anna", "Europe/Berlin")


@pytest.fixture
def asked(anna: FlaskClient) -> str:
    """Where the invitation in Ben's inbox leads."""
    anna.post("/invitations", data={"address": BEN})
    return invitation_path(anna, BEN)


def letters(services: Services) -> list[str]:
    with services.database.reading() as session:
        return list(session.scalars(select(Letter.to).where(Letter.kind == LetterKind.INVITATION)))


def couples(services: Services) -> int:
    with services.database.reading() as session:
        return session.scalar(select(func.count(Couple.id))) or 0


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_two_become_a_couple(anna: FlaskClient, client: FlaskClient, services: Services) -> None:
    answer = anna.post("/invitations", data={"address": " Ben@example.org"})
    assert (answer.status_code, answer.location) == (303, "/invitations/new")
    assert letters(services) == [BEN]
    path = invitation_path(anna, BEN)
    assert "Anna would like to sit down with you." in client.get(path).text
    answer = client.post(f"{path}/accept")
    assert (answer.status_code, answer.location) == (303, "/you/edit")
    introduce(client, "Ben", "Europe/Lisbon")
    assert "You and Anna share this space now." in client.get("/you").text
    for browser in (anna, client):
        assert browser.get("/invitations/new").location == "/"
    assert couples(services) == 1


def test_opening_the_invitation_changes_nothing(asked: str, client: FlaskClient, services: Services) -> None:
    for _ in range(3):
        assert client.get(asked).status_code == client.head(asked).status_code == 200
    for answer in ("accept", "decline", "refuse"):
        assert client.get(f"{asked}/{answer}").status_code == 405
    assert couples(services) == 0
    with services.database.reading() as session:
        assert Partner.with_address(session, BEN) is None


def shown(client: FlaskClient) -> str:
    """The inviter's page, without the form's tokens, which change every second."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", client.get("/invitations/new").text)


def test_a_no_looks_like_no_answer(anna: FlaskClient, asked: str, client: FlaskClient) -> None:
    anna.get("/invitations/new")  # the notice that it was sent is shown once
    unanswered = shown(anna)
    assert client.post(f"{asked}/decline").status_code == 200
    assert "no answer yet" in unanswered
    assert shown(anna) == unanswered
    assert client.get(asked).status_code == 410


def test_who_wants_no_contact_gets_none_from_anybody(
    app: Flask, anna: FlaskClient, asked: str, client: FlaskClient, services: Services
) -> None:
    assert client.post(f"{asked}/refuse").status_code == 200
    cleo = arrive(app, "cleo@example.org", "Cleo", "Europe/Paris")
    for browser in (anna, cleo):
        browser.post("/invitations", data={"address": BEN})
        assert f"{BEN}</b><small>Asked on Monday 1 March; no answer yet" in browser.get("/invitations/new").text
    assert letters(services) == [BEN]
    ben = arrive(app, BEN, "Ben", "Europe/Berlin")
    assert "asks you" not in ben.get("/invitations/new").text


def test_no_contact_can_be_said_to_an_old_mail(asked: str, client: FlaskClient, clock: FakeClock) -> None:
    clock.advance(LIFE)
    assert client.get(asked).status_code == 410
    assert client.post(f"{asked}/refuse").status_code == 200


def test_a_forwarded_invitation_is_not_for_whoever_is_signed_in(app: Flask, asked: str, services: Services) -> None:
    cleo = arrive(app, "cleo@example.org", "Cleo", "Europe/Paris")
    page = cleo.get(asked).text
    assert "/accept" not in page
    assert "sign out first" in page
    answer = cleo.post(f"{asked}/accept")
    assert answer.status_code == 403
    assert "for somebody else" in answer.text
    assert couples(services) == 0
    assert cleo.post("/sign-out", data={"next": asked}).location == asked


def test_the_inviter_cannot_accept_for_the_other(anna: FlaskClient, asked: str, services: Services) -> None:
    assert anna.post(f"{asked}/accept").status_code == 403
    assert couples(services) == 0


def test_an_invited_one_who_is_signed_in_stays_so(app: Flask, asked: str) -> None:
    ben = arrive(app, BEN, "Ben", "Europe/Lisbon")
    before = ben.get_cookie(app.config["SIGN_IN_COOKIE"])
    assert ben.post(f"{asked}/accept").location == "/"
    assert ben.get_cookie(app.config["SIGN_IN_COOKIE"]) == before


def test_an_invitation_is_no_way_into_an_account_that_is_there_already(
    app: Flask, asked: str, client: FlaskClient, services: Services
) -> None:
    """It is good for a week, and may have been forwarded; a way in is good for ten minutes."""
    arrive(app, BEN, "Ben", "Europe/Lisbon")
    answer = client.post(f"{asked}/accept")
    assert answer.location == "/sign-in"
    assert client.get_cookie(app.config["SIGN_IN_COOKIE"]) is None
    assert "You and Anna share this space now." in client.get("/sign-in").text
    assert couples(services) == 1


def test_an_invited_one_who_came_by_themselves_sees_who_asks(app: Flask, asked: str, client: FlaskClient) -> None:
    sign_in(client, BEN)
    introduce(client, "Ben")
    page = client.get("/invitations/new").text
    assert "Anna asks you to share a space." in page
    assert asked in page


def over(answers: list[str]) -> bool:
    return all("This invitation is over." in text for text in answers) and len(set(answers)) == 1


def test_an_invitation_that_is_over_says_the_same_whatever_ended_it(
    app: Flask, anna: FlaskClient, clock: FakeClock, new_client: Callable[[], FlaskClient]
) -> None:
    paths = []
    for name in ("withdrawn", "lapsed"):
        anna.post("/invitations", data={"address": f"{name}@example.org"})
        paths.append(invitation_path(anna, f"{name}@example.org"))
    anna.post("/invitations/1/withdraw")
    clock.advance(LIFE)
    anna.post("/invitations", data={"address": BEN})
    used = invitation_path(anna, BEN)
    assert new_client().post(f"{used}/accept").status_code == 303
    paths += [used, "/invitation/nonsense", "/invitation/" + "a" * 3000]
    answers = [new_client().get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {410}
    assert over([answer.text for answer in answers])
    for path in paths:
        assert new_client().post(f"{path}/accept").status_code == 410


def test_a_sign_in_link_is_no_invitation(asked: str, client: FlaskClient, services: Services) -> None:
    token = services.links.token(Purpose.SIGN_IN, link=1, invitation=1)
    assert client.post(f"/invitation/{token}/accept").status_code == 410


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("anna@example.org", "your own address"),
        ("ANNA@EXAMPLE.ORG", "your own address"),
        ("", "type an e-mail address"),
        ("ben@example.org, cleo@example.org", "one e-mail address"),
        ("ben@example.org\r\nBcc: cleo@example.org", "one e-mail address"),
        ("Ben <ben@example.org>", "one e-mail address"),
        ("x" * 10_000, "one e-mail address"),
    ],
)
def test_an_address_that_cannot_be_invited_is_said_so(
    anna: FlaskClient, services: Services, address: str, words: str
) -> None:
    answer = anna.post("/invitations", data={"address": address})
    assert answer.status_code == 422
    assert words in answer.text
    assert letters(services) == []


def test_there_is_one_mail_and_no_reminder(anna: FlaskClient, asked: str, services: Services) -> None:
    assert anna.post("/invitations", data={"address": BEN}).status_code == 422
    assert letters(services) == [BEN]


def test_three_wait_at_most_and_five_go_out_in_a_day(anna: FlaskClient, services: Services, clock: FakeClock) -> None:
    for number in range(3):
        assert anna.post("/invitations", data={"address": f"b{number}@example.org"}).status_code == 303
    assert anna.post("/invitations", data={"address": "b3@example.org"}).status_code == 422
    for number in (1, 2, 3):
        anna.post(f"/invitations/{number}/withdraw")
    for number in (3, 4):
        assert anna.post("/invitations", data={"address": f"b{number}@example.org"}).status_code == 303
    assert anna.post("/invitations", data={"address": "b5@example.org"}).status_code == 422
    clock.advance(timedelta(days=1))
    assert anna.post("/invitations", data={"address": "b5@example.org"}).status_code == 303


@pytest.mark.parametrize("number", ["1", "999", "99999999999999999999999"])
def test_an_invitation_of_somebody_else_cannot_be_withdrawn(app: Flask, asked: str, number: str) -> None:
    cleo = arrive(app, "cleo@example.org", "Cleo", "Europe/Paris")
    assert cleo.post(f"/invitations/{number}/withdraw").status_code == 404
    assert cleo.get(asked).status_code == 200


def test_whoever_shares_a_space_invites_nobody(couple: Pair, services: Services) -> None:
    assert couple.anna.get("/invitations/new").location == "/"
    assert couple.anna.post("/invitations", data={"address": "cleo@example.org"}).location == "/"
    assert letters(services) == []


def test_whoever_shares_a_space_must_leave_it_before_a_yes(
    couple: Pair, app: Flask, other_couple: Pair, services: Services
) -> None:
    eve = arrive(app, "eve@example.org", "Eve", "Europe/Berlin")
    eve.post("/invitations", data={"address": "anna@example.org"})
    answer = couple.anna.post(f"{invitation_path(eve, 'anna@example.org')}/accept")
    assert answer.status_code == 303
    assert couples(services) == 2


def test_the_page_of_an_invitation_shows_names_as_text(app: Flask, client: FlaskClient) -> None:
    anna = arrive(app, "anna@example.org", "<b>{{7*7}}</b>", "Europe/Berlin")
    anna.post("/invitations", data={"address": BEN})
    assert "&lt;b&gt;{{7*7}}&lt;/b&gt; would like" in client.get(invitation_path(anna, BEN)).text
