"""The catalogue: every ritual on offer, for anybody to read."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rituals.catalogue import Catalogue
from tests.service.web.people import Pair, arrive
from tests.service.web.planning import words


def test_everybody_can_read_the_catalogue(client: FlaskClient, catalogue: Catalogue) -> None:
    page = client.get("/rituals")

    assert page.status_code == 200
    assert all(ritual.name in page.text and ritual.line in words(page.text) for ritual in catalogue)


@pytest.mark.parametrize("slug", ["morning-coffee", "weekly-check-in", "new-experience"])
def test_a_ritual_says_what_it_is_what_is_known_and_how_it_asks(
    client: FlaskClient, catalogue: Catalogue, slug: str
) -> None:
    ritual = catalogue[slug]

    said = words(client.get(f"/rituals/{slug}").text)

    assert all(paragraph in said for paragraph in ritual.about)
    assert all(known.text in said and known.limits in said and known.source in said for known in ritual.known)
    assert all(step.text in said for step in ritual.order)
    assert all(prompt.question in said for prompt in ritual.sample_prompts)


def test_the_usual_rhythm_is_said_in_words(client: FlaskClient) -> None:
    said = words(client.get("/rituals").text)

    assert "Every weekday at 07:30, 20 minutes" in said
    assert "On Sundays at 19:00, 45 minutes" in said
    assert "On the first Saturday of the month at 15:00, three hours" in said


def test_two_can_choose_it(couple: Pair) -> None:
    page = couple.anna.get("/rituals/morning-coffee").text

    assert 'href="/plans/new?ritual=morning-coffee"' in page
    assert "Choose this ritual" in page


def test_one_alone_invites_first(app: Flask) -> None:
    alone = arrive(app, "eve@example.org", "Eve", "Europe/Berlin")

    page = alone.get("/rituals/morning-coffee").text

    assert 'href="/invitations/new"' in page
    assert "A ritual needs two" in page


def test_a_stranger_signs_in_and_comes_back_to_it(client: FlaskClient) -> None:
    page = client.get("/rituals/morning-coffee").text

    assert "/sign-in?next=/plans/new" in page


@pytest.mark.parametrize("slug", ["nothing", "..", "morning-coffee%00", "x" * 3000])
def test_what_is_not_on_offer_is_not_found(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/rituals/{slug}").status_code == 404
