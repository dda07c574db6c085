"""When it suits one partner: hours, what they keep free, and calendars that count. The other sees none of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from rituals.calendar_interfaces import Trouble
from rituals.couple import Partner
from rituals.ics_address import IcsAddress
from rituals.private_block import PrivateBlock
from rituals.ritual_hours import USUAL, RitualHours
from rituals.rule import Weekday
from service.services import Services
from service.web.hours_page import TROUBLES
from tests.fake_addresses import FakeAddresses
from tests.service.web.people import Pair
from tests.service.web.planning import words

DAYS = [day.value for day in Weekday]
EVENINGS = {f"from_{day.lower()}": "18:00" for day in DAYS} | {f"until_{day.lower()}": "21:00" for day in DAYS}
ADDRESS = "https://work.example/private-4711/anna.ics"


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, addresses=FakeAddresses())


def hours_of(services: Services, partner_id: int) -> object:
    with services.database.reading() as session:
        return RitualHours.of(session, session.get_one(Partner, partner_id))


def addresses(services: Services) -> list[IcsAddress]:
    with services.database.reading() as session:
        return list(session.scalars(select(IcsAddress)))


def blocks(services: Services) -> list[PrivateBlock]:
    with services.database.reading() as session:
        return list(session.scalars(select(PrivateBlock)))


def test_hours_are_saved_for_oneself_alone(couple: Pair, services: Services) -> None:
    answer = couple.anna.post("/hours", data={"days": ["MO", "SU"], **EVENINGS, "until_su": "00:00"})
    assert answer.status_code == 303
    assert hours_of(services, couple.anna_id) == {Weekday.MONDAY: (1080, 1260), Weekday.SUNDAY: (1080, 1440)}
    assert hours_of(services, couple.ben_id) == USUAL
    assert 'value="18:00"' in couple.anna.get("/hours").text
    assert 'value="18:00"' not in couple.ben.get("/hours").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"days": []}, "Leave at least one day"),
        ({"until_mo": "17:00"}, "This ends before it begins"),
        ({"from_mo": ""}, "Choose from when until when on Monday"),
        ({"until_mo": "late"}, "Choose from when until when on Monday"),
    ],
)
def test_a_mistake_stands_beside_its_day_and_nothing_is_lost(
    couple: Pair, services: Services, changes: dict[str, object], sentence: str
) -> None:
    answer = couple.anna.post("/hours", data={"days": ["MO", "TU"], **EVENINGS, "from_tu": "16:15", **changes})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert 'value="16:15"' in answer.text
    assert hours_of(services, couple.anna_id) == USUAL


def test_something_is_kept_free_and_given_back(couple: Pair, services: Services) -> None:
    couple.anna.post("/not-then", data={"starts": "2027-03-05T18:00", "ends": "2027-03-07T12:00"})
    (block,) = blocks(services)
    assert block.starts_at == datetime(2027, 3, 5, 17, tzinfo=UTC)
    assert "Friday 5 March, 18:00 to Sunday 7 March, 12:00" in words(couple.anna.get("/hours").text)
    assert "5 March" not in couple.ben.get("/hours").text
    assert couple.ben.post(f"/not-then/{block.id}/lift").status_code == 404
    assert couple.anna.post(f"/not-then/{block.id}/lift").status_code == 303
    assert blocks(services) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts": "", "ends": "2027-03-07T12:00"}, "Choose a day and a time."),
        ({"starts": "2027-03-07T12:00", "ends": "2027-03-05T12:00"}, "This ends before it begins."),
        ({"starts": "2027-03-07T12:00Z", "ends": "2027-03-05T12:00"}, "Choose a day and a time."),
        ({"starts": "2026-03-07T12:00", "ends": "2026-03-08T12:00"}, "That is over already."),
    ],
)
def test_what_cannot_be_kept_free_is_said_beside_its_field(
    couple: Pair, services: Services, typed: dict[str, str], sentence: str
) -> None:
    answer = couple.anna.post("/not-then", data=typed)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert typed["ends"] in answer.text
    assert blocks(services) == []


def test_a_calendar_that_counts_is_added_and_taken_away(couple: Pair, services: Services) -> None:
    assert couple.anna.post("/published", data={"address": ADDRESS, "name": "Work"}).status_code == 303
    (row,) = addresses(services)
    page = couple.anna.get("/hours").text
    assert "Work It is being read for the first time." in words(page)
    assert "private-4711" not in page
    assert "Work" not in words(couple.ben.get("/hours").text).replace("A work", "")
    assert couple.ben.post(f"/published/{row.id}/remove").status_code == 404
    assert couple.anna.post(f"/published/{row.id}/remove").status_code == 303
    assert addresses(services) == []


def test_the_same_address_twice_is_one(couple: Pair, services: Services) -> None:
    for name in ("Work", "The office"):
        couple.anna.post("/published", data={"address": ADDRESS, "name": name})
    assert [row.name for row in addresses(services)] == ["The office"]


@pytest.mark.parametrize(
    ("address", "sentence"), [("", "Paste the address here."), ("ftp://work.example/", "This is no address")]
)
def test_an_unfit_address_is_refused(couple: Pair, services: Services, address: str, sentence: str) -> None:
    answer = couple.anna.post("/published", data={"address": address, "name": "Work"})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert addresses(services) == []


def test_more_than_a_handful_are_too_many(couple: Pair, services: Services) -> None:
    for number in range(6):
        answer = couple.anna.post("/published", data={"address": f"{ADDRESS}?{number}", "name": ""})
    assert answer.status_code == 422
    assert len(addresses(services)) == 5


@pytest.mark.parametrize("trouble", Trouble)
def test_what_is_wrong_with_a_calendar_is_said_in_a_sentence(
    couple: Pair, services: Services, trouble: Trouble
) -> None:
    couple.anna.post("/published", data={"address": ADDRESS, "name": "Work"})
    with services.database.writing() as session:
        session.scalars(select(IcsAddress)).one().trouble = trouble
    assert TROUBLES[trouble] in words(couple.anna.get("/hours").text)


def test_silence_and_weakness_read_the_same_so_that_nobody_finds_out_what_listens_where() -> None:
    """PROMISES: five fixed texts about an address; the sixth is about our own keys."""
    assert len(set(TROUBLES.values())) == 6
    assert TROUBLES[Trouble.UNREACHABLE] == TROUBLES[Trouble.BUSY]


def test_the_calendars_page_leads_here(couple: Pair) -> None:
    assert 'href="/hours"' in couple.anna.get("/calendars").text


def test_they_can_be_looked_at_and_taken_away_when_the_space_is_closed(couple: Pair, services: Services) -> None:
    couple.anna.post("/published", data={"address": ADDRESS, "name": "Work"})
    couple.ben.post("/leave", data={"events_stay": "yes"})
    (row,) = addresses(services)
    assert couple.anna.get("/hours").status_code == 200
    assert couple.anna.post(f"/published/{row.id}/remove").status_code == 303
    assert addresses(services) == []
