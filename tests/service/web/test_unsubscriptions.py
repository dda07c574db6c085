"""Stopping one's own questions: at once, for that person alone, and nobody else sees it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.delivery import Delivery
from rituals.errand import State
from service.mail_links import MailLinks
from tests.conftest import KINDS
from tests.service.web.people import Pair, services_of
from tests.service.web.planning import agree, words


def link(couple: Pair, plan_id: int, partner_id: int) -> str:
    return MailLinks(services_of(couple.anna.application).links).unsubscribe(plan_id, partner_id).partition("host")[2]


def states(couple: Pair, partner_id: int) -> set[State]:
    with services_of(couple.anna.application).database.reading() as session:
        return {one.state for one in session.scalars(select(Delivery).where(Delivery.partner_id == partner_id))}


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_one_click_in_a_mail_program_stops_it_without_cookie_or_token(guarded_app: Flask, couple: Pair) -> None:
    """RFC 8058"""
    path = link(couple, agree(couple), couple.ben_id)

    answer = guarded_app.test_client().post(path, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert states(couple, couple.ben_id) == {State.WITHDRAWN}
    assert states(couple, couple.anna_id) == {State.PLANNED}


def test_opening_the_link_only_shows_a_form(client: FlaskClient, couple: Pair) -> None:
    path = link(couple, agree(couple), couple.ben_id)

    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert states(couple, couple.ben_id) == {State.PLANNED}


def test_asking_twice_is_asking_once(client: FlaskClient, couple: Pair) -> None:
    path = link(couple, agree(couple), couple.ben_id)

    assert [client.post(path).status_code for _ in range(2)] == [200, 200]
    assert states(couple, couple.ben_id) == {State.WITHDRAWN}


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_it_can_be_started_again_on_the_page(couple: Pair) -> None:
    plan_id = agree(couple)
    couple.ben.post(f"/plans/{plan_id}/mails/stop")
    assert states(couple, couple.ben_id) == {State.WITHDRAWN}

    couple.ben.post(f"/plans/{plan_id}/mails/start")

    assert states(couple, couple.ben_id) == {State.PLANNED}


def test_only_that_person_sees_it(couple: Pair) -> None:
    plan_id = agree(couple)
    pages = ("/", f"/plans/{plan_id}", "/calendars")
    couple.anna.get("/")  # reads the notices
    before = [words(couple.anna.get(page).text) for page in pages]

    couple.ben.post(f"/plans/{plan_id}/mails/stop")

    assert [words(couple.anna.get(page).text) for page in pages] == before
    assert "No questions come to you" in couple.ben.get(f"/plans/{plan_id}").text
    assert "A question comes when it starts" not in couple.ben.get("/").text


def test_it_stays_stopped_when_the_plan_changes(couple: Pair) -> None:
    plan_id = agree(couple)
    couple.ben.post(f"/plans/{plan_id}/mails/stop")

    couple.anna.post(f"/plans/{plan_id}/pause")
    couple.anna.post(f"/plans/{plan_id}/resume")

    assert states(couple, couple.ben_id) == {State.WITHDRAWN}
    assert states(couple, couple.anna_id) == {State.PLANNED}


def test_a_changed_link_stops_nothing(client: FlaskClient, couple: Pair, other_couple: Pair) -> None:
    plan_id = agree(couple)
    path = link(couple, plan_id, couple.ben_id)

    assert client.post(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    assert client.post(link(couple, plan_id, other_couple.ben_id)).status_code == 404
    assert client.post(link(couple, 4711, couple.ben_id)).status_code == 404
    assert states(couple, couple.ben_id) == {State.PLANNED}
