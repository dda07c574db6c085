"""What is one partner's own."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rituals.couple import Partner
from service.services import Services
from tests.conftest import KINDS
from tests.service.web.people import Pair, introduce, sign_in

ALL = {"name": "Anna", "zone": "Europe/Berlin", "depth_cap": "3"}


def partner(services: Services, partner_id: int = 1) -> Partner:
    with services.database.reading() as session:
        return session.get_one(Partner, partner_id)


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_an_introduction_comes_before_everything_else(client: FlaskClient, services: Services) -> None:
    sign_in(client, "anna@example.org")
    for path in ("/you", "/invitations/new", "/space"):
        assert client.get(path).location == "/you/edit"
    answer = client.post("/you", data={"name": " Anna ", "zone": "Europe/Berlin"})
    assert (answer.status_code, answer.location) == (303, "/invitations/new")
    assert (partner(services).name, partner(services).zone) == ("Anna", "Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("madrid", "Europe/Madrid"),
        ("New York", "America/New_York"),
        (" Sao  paulo", "America/Sao_Paulo"),
        ("Europe/Paris ", "Europe/Paris"),
        ("UTC", "UTC"),
    ],
)
def test_a_city_is_enough(client: FlaskClient, services: Services, typed: str, zone: str) -> None:
    sign_in(client, "anna@example.org")
    introduce(client, "Anna", typed)
    assert partner(services).zone == zone


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   \u202e\x00"),
        ("name", "x" * 61),
        ("name", "A" * 10_000),
        ("zone", ""),
        ("zone", "Europe/Atlantis"),
        ("zone", "../etc/passwd"),
        ("zone", "posixrules"),
        ("zone", "Europe/Berlin\0"),
        ("depth_cap", "0"),
        ("depth_cap", "4"),
        ("depth_cap", "deep"),
        ("depth_cap", "²"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_nothing_is_lost(
    couple: Pair, services: Services, field: str, value: str
) -> None:
    answer = couple.anna.post("/you", data={**ALL, "name": "Annette", "plain_titles": "yes", field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "name":
        assert 'value="Annette"' in answer.text
    kept = partner(services, couple.anna_id)
    assert (kept.name, kept.zone, kept.plain_titles, kept.depth_cap) == ("Anna", "Europe/Berlin", False, 2)


def test_an_introduction_that_cannot_be_taken_shows_its_form_again(client: FlaskClient) -> None:
    sign_in(client, "anna@example.org")
    answer = client.post("/you", data={"name": "Anna", "zone": "Nowhere"})
    assert answer.status_code == 422
    assert 'value="Nowhere"' in answer.text
    assert client.get("/you").location == "/you/edit"


def test_preferences_are_ones_own(couple: Pair, services: Services) -> None:
    answer = couple.anna.post("/you", data={**ALL, "plain_titles": "yes"})
    assert (answer.status_code, answer.location) == (303, "/you")
    anna, ben = partner(services, couple.anna_id), partner(services, couple.ben_id)
    assert (anna.plain_titles, anna.depth_cap) == (True, 3)
    assert (ben.plain_titles, ben.depth_cap) == (False, 2)
    couple.anna.post("/you", data=ALL)
    assert partner(services, couple.anna_id).plain_titles is False


def test_introducing_oneself_again_leaves_preferences_alone(couple: Pair, services: Services) -> None:
    couple.anna.post("/you", data={**ALL, "plain_titles": "yes"})
    introduce(couple.anna, "Anne")
    anna = partner(services, couple.anna_id)
    assert (anna.name, anna.plain_titles, anna.depth_cap) == ("Anne", True, 3)


def test_the_other_ones_address_and_preferences_stand_nowhere_on_the_page(couple: Pair) -> None:
    page = couple.ben.get("/you").text
    assert "anna@example.org" not in page
    assert "ben@example.org" in page


def test_both_of_a_couple_say_where_the_phones_go(couple: Pair, other_couple: Pair) -> None:
    saved = couple.anna.post("/space", data={"phone_place": "the drawer", "closing_line": "Thank you."})
    assert (saved.status_code, saved.location) == (303, "/space")
    assert 'value="the drawer"' in couple.ben.get("/space").text
    assert "the drawer" not in other_couple.anna.get("/space").text


def test_a_place_that_is_too_long_is_said_so(couple: Pair) -> None:
    answer = couple.anna.post("/space", data={"phone_place": "x" * 81, "closing_line": "Thank you."})
    assert answer.status_code == 422
    assert 'id="phone_place-error"' in answer.text
    assert "Thank you." in answer.text


def test_the_space_is_for_two(app: Flask, client: FlaskClient) -> None:
    assert client.post("/space", data={"phone_place": "the drawer"}).location == "/sign-in"
    sign_in(client, "anna@example.org")
    introduce(client, "Anna")
    assert client.post("/space", data={"phone_place": "the drawer"}).location == "/invitations/new"
