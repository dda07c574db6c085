"""Leaving, through the pages: at once, alone, unexplained (PROMISES, 'When partners part')."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.act import Act
from rituals.choosing import choose_way
from rituals.connection import CalendarConnection, Way
from rituals.couple import Couple, Partner
from rituals.delivery import Delivery
from rituals.outbox import Letter, LetterKind
from rituals.placement import Placement
from rituals.plan import Plan
from service.links import Purpose
from service.services import Services
from tests.conftest import KINDS
from tests.rituals.households import ritual, terms
from tests.service.web.people import Pair, invitation_path
from tests.service.web.planning import words

STAY, GO = {"events": "stay"}, {"events": "go"}


def link(services: Services, couple_id: int, partner_id: int) -> str:
    """The path in a mail's footer."""
    return f"/leave/{services.links.token(Purpose.LEAVE, couple=couple_id, partner=partner_id)}"


def agree(services: Services, pair: Pair) -> None:
    """A weekly plan that both said yes to, on both calendars, with one more proposed."""
    with services.database.writing() as session:
        anna, ben = session.get_one(Partner, pair.anna_id), session.get_one(Partner, pair.ben_id)
        now = services.clock()
        for partner in (anna, ben):
            choose_way(session, partner, Way.MAIL, now)
        act = Act(session, anna, now)
        plan = Plan.propose(act, ritual(), terms(now=now), form_key=f"one-{pair.couple_id}")
        plan.accept(Act(session, ben, now), 1)
        Plan.propose(act, ritual(), terms(now=now), form_key=f"two-{pair.couple_id}")
        for placement in session.scalars(select(Placement)):
            placement.sequence = plan.sequence
        for letter in session.scalars(select(Letter).where(Letter.kind == LetterKind.CALENDAR)):
            letter.withdraw()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still on its way to somebody."""

    prompts: int
    mails: list[str]


def waiting(services: Services, partner_id: int) -> Waiting:
    with services.database.reading() as session:
        prompts = select(Delivery.id).where(Delivery.partner_id == partner_id, Delivery.try_at.is_not(None))
        mails = select(Letter.kind).where(Letter.partner_id == partner_id, Letter.try_at.is_not(None))
        return Waiting(len(session.scalars(prompts).all()), sorted(session.scalars(mails)))


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_one_click_and_one_confirmation_stop_everything_for_both(
    couple: Pair, other_couple: Pair, services: Services
) -> None:
    agree(services, couple)
    agree(services, other_couple)
    untouched = waiting(services, other_couple.ben_id)
    assert waiting(services, couple.ben_id).prompts > 0
    assert "Leave now" in couple.anna.get("/leave").text
    assert waiting(services, couple.ben_id).prompts > 0
    answer = couple.anna.post("/leave", data=STAY)
    assert (answer.status_code, answer.location) == (303, "/leave")
    for one in (couple.anna_id, couple.ben_id):
        assert waiting(services, one) == Waiting(0, [])
    assert waiting(services, other_couple.ben_id) == untouched
    assert "You share no space" in couple.anna.get("/leave").text


def test_the_link_in_a_mail_needs_no_sign_in_and_no_cookie(
    couple: Pair, guarded_app: Flask, services: Services
) -> None:
    agree(services, couple)
    path = link(services, couple.couple_id, couple.anna_id)
    page = guarded_app.test_client(use_cookies=False)
    assert page.get(path).status_code == page.head(path).status_code == 200
    assert waiting(services, couple.ben_id).prompts > 0
    answer = page.post(path, data=STAY)
    assert (answer.status_code, answer.location) == (303, path)
    assert waiting(services, couple.ben_id) == Waiting(0, [])
    assert "You share no space" in page.get(path).text


def test_the_other_sees_that_it_is_closed_and_nothing_more(couple: Pair, services: Services) -> None:
    couple.anna.post("/leave", data=STAY)
    assert couple.ben.get("/space").location == "/closed"
    page = couple.ben.get("/closed").text
    assert "This shared space is closed" in page
    for word in ("Anna", "anna@", "2027", "March", "Monday", "left", "because"):
        assert word not in page.partition("<main")[2].partition("</main>")[0]


def test_no_mail_tells_the_other(couple: Pair, services: Services) -> None:
    agree(services, couple)
    couple.anna.post("/leave", data={**STAY, "clear_mine": "yes"})
    assert waiting(services, couple.ben_id).mails == []
    assert waiting(services, couple.anna_id).mails == [LetterKind.CALENDAR]


@pytest.mark.parametrize(
    ("form", "mine", "theirs"),
    [
        (STAY, [], []),
        ({}, [], []),
        ({"events": "nonsense"}, [], []),
        (GO, [], [LetterKind.CALENDAR]),
        ({**GO, "clear_mine": "yes"}, [LetterKind.CALENDAR], [LetterKind.CALENDAR]),
    ],
)
def test_the_leaver_says_what_becomes_of_the_dates(
    couple: Pair, services: Services, form: dict[str, str], mine: list[LetterKind], theirs: list[LetterKind]
) -> None:
    agree(services, couple)
    couple.anna.post("/leave", data=form)
    assert waiting(services, couple.anna_id).mails == mine
    assert waiting(services, couple.ben_id).mails == theirs
    with services.database.reading() as session:
        assert session.get_one(Couple, couple.couple_id).events_stay is (not theirs)


def feed(browser: FlaskClient) -> str:
    """The path of a private address, chosen and read on the page."""
    browser.post("/calendars", data={"way": "feed"})
    found = re.search(r"/feed/[\w-]+\.ics", browser.get("/calendars").text)
    assert found
    return found[0]


def test_the_leavers_feed_is_dead_and_the_others_lives_until_they_put_it_away(couple: Pair) -> None:
    mine, theirs = feed(couple.anna), feed(couple.ben)
    assert couple.anna.get(mine).status_code == couple.ben.get(theirs).status_code == 200
    couple.anna.post("/leave", data=STAY)
    assert couple.anna.get(mine).status_code == 404
    assert couple.ben.get(theirs).status_code == 200
    couple.ben.post("/closed/forget")
    assert couple.ben.get(theirs).status_code == 404


@pytest.mark.parametrize(("form", "remains"), [(STAY, True), (GO, False)])
def test_the_others_feed_keeps_its_dates_or_empties_as_the_leaver_says(
    couple: Pair, services: Services, form: dict[str, str], remains: bool
) -> None:
    agree(services, couple)
    theirs = feed(couple.ben)
    assert "BEGIN:VEVENT" in couple.ben.get(theirs).text
    couple.anna.post("/leave", data=form)
    assert ("BEGIN:VEVENT" in couple.ben.get(theirs).text) is remains


def test_leaving_twice_is_leaving_once(couple: Pair, services: Services) -> None:
    path = link(services, couple.couple_id, couple.anna_id)
    for answer in (couple.anna.post("/leave", data=STAY), couple.anna.post("/leave", data=GO)):
        assert answer.status_code == 303
    assert couple.anna.post(path, data=GO).status_code == 303
    with services.database.reading() as session:
        assert session.get_one(Couple, couple.couple_id).events_stay


def test_both_leave_at_once(couple: Pair) -> None:
    couple.anna.post("/leave", data=STAY)
    couple.ben.post("/leave", data=STAY)
    assert couple.ben.get("/closed").status_code == 200
    assert couple.ben.post("/closed/forget").location == "/invitations/new"
    assert couple.ben.get("/invitations/new").status_code == 200


def test_the_other_can_begin_anew(couple: Pair, services: Services, client: FlaskClient) -> None:
    agree(services, couple)
    couple.anna.post("/leave", data=STAY)
    assert couple.ben.get("/invitations/new").location == "/closed"
    couple.ben.post("/closed/forget")
    with services.database.reading() as session:
        ben = session.get_one(Partner, couple.ben_id)
        assert (ben.couple, CalendarConnection.current(session, ben)) == (None, None)
    assert couple.ben.get("/closed").location == "/"
    couple.ben.post("/invitations", data={"address": "dora@example.org"})
    assert client.post(f"{invitation_path(couple.ben, 'dora@example.org')}/accept").location == "/you/edit"
    assert couple.ben.get("/space").status_code == 200


def test_a_former_partner_sends_no_more_invitations(couple: Pair, services: Services) -> None:
    couple.anna.post("/leave", data=STAY)
    couple.ben.post("/closed/forget")
    couple.ben.post("/invitations", data={"address": "anna@example.org"})
    assert "no answer yet" in couple.ben.get("/invitations/new").text
    assert "asks you" not in couple.anna.get("/invitations/new").text
    with services.database.reading() as session:
        assert session.scalars(select(Letter).where(Letter.kind == LetterKind.INVITATION)).all() == []


def test_only_the_one_who_left_lifts_the_block_and_nobody_is_told(couple: Pair, services: Services) -> None:
    button = "Let such invitations through again"
    assert button not in couple.anna.get("/you").text
    couple.anna.post("/leave", data=STAY)
    couple.ben.post("/closed/forget")
    assert button in couple.anna.get("/you").text
    couple.ben.get("/invitations/new")
    before = words(couple.ben.get("/you").text)
    assert button not in before
    couple.ben.post("/you/block/lift")
    assert button in couple.anna.get("/you").text
    couple.ben.get("/you")
    assert couple.anna.post("/you/block/lift").location == "/you"
    assert "Nobody is told" in couple.anna.get("/you").text
    assert button not in couple.anna.get("/you").text
    assert words(couple.ben.get("/you").text) == before
    couple.ben.post("/invitations", data={"address": "anna@example.org"})
    with services.database.reading() as session:
        sent = session.scalars(select(Letter.to).where(Letter.kind == LetterKind.INVITATION)).all()
    assert sent == ["anna@example.org"]


def test_an_open_space_is_not_forgotten_by_the_way(couple: Pair, services: Services) -> None:
    assert couple.anna.post("/closed/forget").status_code == 303
    assert couple.anna.get("/closed").location == "/"
    with services.database.reading() as session:
        assert session.get_one(Couple, couple.couple_id).is_open


def test_links_of_an_earlier_space_close_no_later_one(couple: Pair, services: Services) -> None:
    earlier = link(services, couple.couple_id + 7, couple.anna_id)
    strangers = link(services, couple.couple_id, 99)
    for path in (earlier, strangers, "/leave/nonsense", "/leave/" + "a" * 3000):
        assert "You share no space" in couple.anna.get(path).text
        couple.anna.post(path, data=STAY)
    with services.database.reading() as session:
        assert session.get_one(Couple, couple.couple_id).is_open


def test_leaving_a_space_needs_the_one_who_leaves(client: FlaskClient, couple: Pair, services: Services) -> None:
    assert client.get("/leave").location == "/sign-in?next=/leave"
    assert client.post("/leave", data=STAY).location == "/sign-in"
    with services.database.reading() as session:
        assert session.get_one(Couple, couple.couple_id).is_open


@pytest.mark.parametrize("path", ["/leave", "by link"])
def test_the_page_has_a_quick_exit_and_stays_in_no_cache(couple: Pair, services: Services, path: str) -> None:
    path = link(services, couple.couple_id, couple.anna_id) if path == "by link" else path
    answer = couple.anna.get(path)
    assert "data-quick-exit" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
