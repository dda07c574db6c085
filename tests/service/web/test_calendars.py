"""How rituals reach one's own calendar: one way at a time, chosen by each for themselves."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from rituals.connection import CalendarConnection, Way
from rituals.errand import State
from rituals.outbox import Letter, LetterKind
from rituals.placement import Placement
from tests.conftest import KINDS
from tests.service.web.people import Pair, arrive, services_of
from tests.service.web.planning import agree, words


def choose(pair: Pair, way: str) -> int:
    return pair.anna.post("/calendars", data={"way": way}).status_code


def current(pair: Pair) -> dict[int, Way]:
    live = select(CalendarConnection).where(CalendarConnection.ended_at.is_(None))
    with services_of(pair.anna.application).database.reading() as session:
        return {one.partner_id: one.way for one in session.scalars(live)}


def letters(pair: Pair) -> list[tuple[int, bool]]:
    """The calendar mails that wait: to whom, and whether they bring a plan or take it away."""
    waiting = select(Letter).where(Letter.kind == LetterKind.CALENDAR, Letter.state == State.PLANNED)
    with services_of(pair.anna.application).database.reading() as session:
        return [
            (one.partner_id or 0, session.get_one(Placement, one.about_id).wanted) for one in session.scalars(waiting)
        ]


def all_told(pair: Pair) -> None:
    """As if every calendar mail had gone."""
    with services_of(pair.anna.application).database.writing() as session:
        for letter in session.scalars(select(Letter).where(Letter.kind == LetterKind.CALENDAR)):
            letter.withdraw()
        for placement in session.scalars(select(Placement)):
            placement.sequence = placement.plan.sequence


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_choosing_mail_sends_what_stands_to_that_person_alone(couple: Pair) -> None:
    agree(couple)

    assert choose(couple, "mail") == 303

    assert current(couple) == {couple.anna_id: Way.MAIL}
    assert letters(couple) == [(couple.anna_id, True)]


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
@pytest.mark.parametrize("way", ["feed", "none"])
def test_leaving_mail_takes_the_old_copy_away_first(couple: Pair, way: str) -> None:
    agree(couple)
    choose(couple, "mail")
    all_told(couple)

    choose(couple, way)

    assert letters(couple) == [(couple.anna_id, False)]
    assert current(couple) == {couple.anna_id: Way(way)}


def test_a_mail_that_never_left_need_not_be_taken_back(couple: Pair) -> None:
    agree(couple)
    choose(couple, "mail")

    choose(couple, "feed")

    assert letters(couple) == []


def test_choosing_the_same_way_again_changes_nothing(couple: Pair) -> None:
    agree(couple)
    choose(couple, "mail")
    all_told(couple)

    choose(couple, "mail")

    assert letters(couple) == []


def test_the_partner_s_calendar_is_neither_told_nor_shown(couple: Pair) -> None:
    agree(couple)
    couple.ben.post("/calendars", data={"way": "mail"})
    all_told(couple)
    couple.ben.get("/")  # reads the notices
    before = words(couple.ben.get("/calendars").text)

    for way in ("mail", "feed", "none"):
        choose(couple, way)

    assert all(partner_id == couple.anna_id for partner_id, _ in letters(couple))
    assert words(couple.ben.get("/calendars").text) == before


def test_a_feed_is_shown_to_its_owner_with_how_to_add_it(couple: Pair) -> None:
    choose(couple, "feed")

    page = couple.anna.get("/calendars").text

    assert re.search(r"http://localhost/feed/[\w-]{43}\.ics", page)
    assert re.search(r'href="webcal://localhost/feed/[\w-]{43}\.ics"', page)
    assert all(name in page for name in ("Google Calendar", "Apple Calendar", "Outlook", "Thunderbird"))
    assert "/feed/" in couple.anna.get("/calendars").text, "shown again whenever they look"
    assert "/feed/" not in couple.ben.get("/calendars").text


def test_the_database_holds_no_usable_address(couple: Pair) -> None:
    choose(couple, "feed")
    secret = re.findall(r"/feed/([\w-]{43})", couple.anna.get("/calendars").text)[0]

    with services_of(couple.anna.application).database.reading() as session:
        connection = session.scalars(select(CalendarConnection)).one()

    assert secret not in str(connection.digest)
    assert connection.sealed is not None
    assert secret.encode() not in connection.sealed


@pytest.mark.parametrize("way", ["", "both", "google", "\x00"])
def test_a_way_that_is_none_is_refused(couple: Pair, way: str) -> None:
    assert choose(couple, way) == 400
    assert current(couple) == {}


def test_the_week_says_quietly_that_no_way_is_chosen_yet(couple: Pair) -> None:
    agree(couple)
    assert "Choose how it reaches your calendar" in couple.anna.get("/").text

    choose(couple, "none")

    assert "Choose how it reaches your calendar" not in couple.anna.get("/").text
    assert "Choose how it reaches your calendar" in couple.ben.get("/").text


def test_one_alone_has_nothing_to_choose_yet(app: Flask) -> None:
    alone = arrive(app, "eve@example.org", "Eve", "Europe/Berlin")

    assert alone.get("/calendars").location == "/invitations/new"
    assert alone.post("/calendars", data={"way": "feed"}).location == "/invitations/new"
