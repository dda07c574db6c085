"""Mails to somebody have stopped: what they read about it, and how they come again."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.mail_report import Returned
from rituals.returned_mail import stop_mail
from service.services import Services
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair
from tests.service.web.planning import agree

BUTTONS = {Returned.BOUNCE: "Try again", Returned.COMPLAINT: "Send me the questions again"}
WHY = {Returned.BOUNCE: "came back", Returned.COMPLAINT: "marked as unwanted"}
PAGES = ("/", "/you", "/plans/1", "/plans/1/edit", "/calendars", "/space", "/rituals")


def stop(services: Services, partner_id: int, returned: Returned) -> None:
    now = services.clock()
    with services.database.writing() as session:
        stop_mail(session, session.get_one(Partner, partner_id), returned, now, left_at=now)


def takes_mail(services: Services, partner_id: int) -> bool:
    with services.database.reading() as session:
        return session.get_one(Partner, partner_id).takes_mail


@pytest.mark.parametrize("returned", Returned)
def test_that_person_reads_what_happened_and_what_to_do(couple: Pair, services: Services, returned: Returned) -> None:
    stop(services, couple.anna_id, returned)
    page = couple.anna.get("/you").text
    assert WHY[returned] in page
    assert BUTTONS[returned] in page
    assert "anna@example.org" in page


@pytest.mark.parametrize("returned", Returned)
def test_the_other_reads_nothing_of_it_anywhere(couple: Pair, services: Services, returned: Returned) -> None:
    agree(couple)
    stop(services, couple.anna_id, returned)
    for path in PAGES:
        page = couple.ben.get(path, follow_redirects=True).text
        assert not any(word in page for word in (*WHY.values(), *BUTTONS.values(), "No mails come to you"))


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
@pytest.mark.parametrize("returned", Returned)
def test_one_button_and_they_come_again(couple: Pair, services: Services, clock: FakeClock, returned: Returned) -> None:
    stop(services, couple.anna_id, returned)
    clock.advance(timedelta(minutes=1))
    answer = couple.anna.post("/you/mail/start", follow_redirects=True)
    assert "Mails come to you again" in answer.text
    assert not any(button in answer.text for button in BUTTONS.values())
    assert takes_mail(services, couple.anna_id)


def test_a_complaint_is_what_is_spoken_of_where_a_mail_bounced_as_well(couple: Pair, services: Services) -> None:
    for returned in Returned:
        stop(services, couple.anna_id, returned)
    page = couple.anna.get("/you").text
    assert BUTTONS[Returned.COMPLAINT] in page
    assert BUTTONS[Returned.BOUNCE] not in page
    couple.anna.post("/you/mail/start")
    assert takes_mail(services, couple.anna_id)


def test_only_they_themselves_can_press_it(couple: Pair, client: FlaskClient, services: Services) -> None:
    stop(services, couple.anna_id, Returned.BOUNCE)
    couple.ben.post("/you/mail/start")
    client.post("/you/mail/start")
    assert not takes_mail(services, couple.anna_id)


def test_pressing_it_where_nothing_has_stopped_changes_nothing(couple: Pair, services: Services) -> None:
    assert couple.anna.post("/you/mail/start").status_code == 303
    with services.database.reading() as session:
        assert session.get_one(Partner, couple.anna_id).mail_again_at is None


def test_a_rituals_page_does_not_promise_them_a_mail(couple: Pair, services: Services) -> None:
    plan_id = agree(couple)
    stop(services, couple.anna_id, Returned.BOUNCE)
    page = couple.anna.get(f"/plans/{plan_id}").text
    assert "No mails come to you at the moment" in page
    assert "comes to you by mail when it starts" not in page
    assert "comes to you by mail when it starts" in couple.ben.get(f"/plans/{plan_id}").text


def test_a_calendar_that_is_told_by_mail_is_said_to_hear_nothing(couple: Pair, services: Services) -> None:
    for browser in (couple.anna, couple.ben):
        browser.post("/calendars", data={"way": "mail"})
    stop(services, couple.anna_id, Returned.COMPLAINT)
    assert "your calendar hears of nothing" in couple.anna.get("/calendars").text
    assert "your calendar hears of nothing" not in couple.ben.get("/calendars").text


def test_what_could_not_be_sent_is_read_on_its_page(couple: Pair, services: Services, clock: FakeClock) -> None:
    plan_id = agree(couple)
    with services.database.writing() as session:
        mail = session.scalars(select(Delivery).order_by(Delivery.due_at, Delivery.partner_id)).first()
        assert mail is not None
        mail.occurrence.prompt_title, mail.occurrence.prompt = "Small", {"question": "What was good today?"}
        clock.now = mail.due_at - timedelta(seconds=30)
    stop(services, couple.anna_id, Returned.BOUNCE)
    clock.advance(timedelta(hours=1))
    assert "What was good today?" in couple.anna.get(f"/plans/{plan_id}").text
    assert "What was good today?" not in couple.ben.get(f"/plans/{plan_id}").text
    with services.database.reading() as session:
        assert session.get_one(Delivery, mail.id).state == State.FAILED
