"""When a space closes, nobody's calendar stays open to us: what opens it is forgotten, and nobody is told."""

import pytest
from sqlalchemy import func, select

from rituals.ics_address import IcsAddress
from rituals.linked_calendar import LinkedCalendar
from rituals.open_account import OpenAccount
from tests.service.web.connecting import PASSWORD, Calendars
from tests.service.web.people import Pair
from tests.service.web.planning import agree, words


def rows(calendars: Calendars) -> list[LinkedCalendar]:
    with calendars.services.database.reading() as session:
        return list(session.scalars(select(LinkedCalendar)))


def count(calendars: Calendars, kind: type[OpenAccount | IcsAddress]) -> int:
    with calendars.services.database.reading() as session:
        return session.scalars(select(func.count()).select_from(kind)).one()


@pytest.mark.parametrize("clear", [{}, {"clear_mine": "yes"}])
def test_who_leaves_is_read_and_written_no_more(couple: Pair, calendars: Calendars, clear: dict[str, str]) -> None:
    agree(couple)
    calendars.connect_google(couple.anna)
    calendars.keep_in_step()
    couple.anna.post("/leave", data={"events": "stay"} | clear)
    calendars.keep_in_step()
    assert [(one.sealed, one.token, one.look_at) for one in rows(calendars)] == [(None, None, None)]


@pytest.mark.parametrize("events", ["stay", "go"])
def test_who_was_left_and_begins_anew_is_read_no_more_either(couple: Pair, calendars: Calendars, events: str) -> None:
    agree(couple)
    calendars.connect_google(couple.anna)
    calendars.keep_in_step()
    couple.ben.post("/leave", data={"events": events})
    couple.anna.post("/closed/forget")
    calendars.keep_in_step()
    assert [(one.sealed, one.token, one.look_at) for one in rows(calendars)] == [(None, None, None)]
    stands = any(calendar.kept for calendar in calendars.google.calendars.values())
    assert stands == (events == "stay")


def test_what_was_typed_for_an_account_is_forgotten_with_the_leaving(couple: Pair, calendars: Calendars) -> None:
    calendars.accounts.open_account("anna", PASSWORD, "Home")
    calendars.connect_account(couple.anna, where="own")
    assert count(calendars, OpenAccount) == 1
    couple.anna.post("/leave", data={"events": "stay"})
    assert count(calendars, OpenAccount) == 0


def test_the_page_says_what_becomes_of_connected_calendars(couple: Pair) -> None:
    page = words(couple.anna.get("/leave").text)
    assert "A calendar that is connected, or that subscribes to us, empties by itself." in page
    assert "If your calendar is connected, it is emptied, and either way we cannot open it any more." in page
