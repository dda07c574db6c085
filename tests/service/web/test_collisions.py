"""A date that meets something in one's own calendar: three answers, on a page that is for one person alone."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from rituals.act import Act
from rituals.collision import Collision
from rituals.couple import Partner
from rituals.news import Happening, News
from rituals.occurrence import Occurrence
from rituals.offer import Offer
from service.jobs.free_time import find_a_time
from service.services import Services
from tests.service.web.people import Pair
from tests.service.web.planning import agree, occurrences, words


@pytest.fixture
def date(couple: Pair) -> Occurrence:
    return occurrences(couple.anna, agree(couple))[0]


@pytest.fixture
def path(couple: Pair, services: Services, date: Occurrence) -> str:
    """Something stands in Anna's calendar at the first date; three times are found."""
    with services.database.writing() as session:
        anna = session.get_one(Partner, couple.anna_id)
        act = Act(session, anna, services.clock())
        Offer.ask(act, "morning-coffee", 20, date.starts_at.date())
        there = Occurrence.of(session, anna, date.id, lock=True)
        assert there is not None
        noted = Collision.note(act, there, date.starts_at, collides=True)
        assert noted is not None
        path = f"/collisions/{noted.id}"
    find_a_time(services)
    return path


def test_the_page_offers_three_ways(couple: Pair, path: str) -> None:
    page = couple.anna.get(path).text
    assert "Tuesday 2 March, 07:30 to 07:50" in words(page)
    assert len(re.findall(r'name="start"', page)) == 3


def test_the_other_partner_finds_nothing(couple: Pair, path: str) -> None:
    assert couple.ben.get(path).status_code == 404
    for way in ("keep", "move", "skip"):
        data = {"start": "2027-03-02T07:30:00+00:00"}
        assert couple.ben.post(f"{path}/{way}", data=data).status_code == 404


def test_it_is_kept_and_nobody_hears_of_it(couple: Pair, services: Services, date: Occurrence, path: str) -> None:
    assert couple.anna.post(f"{path}/keep").status_code == 303
    assert couple.anna.get(path).status_code == 410
    assert occurrences(couple.anna, date.plan_id)[0].starts_at == date.starts_at
    with services.database.reading() as session:
        assert session.scalars(select(News).where(News.what.in_((Happening.MOVED, Happening.SKIPPED)))).all() == []


def test_it_is_moved_for_both(couple: Pair, services: Services, date: Occurrence, path: str) -> None:
    start = re.findall(r'name="start" value="([^"]+)"', couple.anna.get(path).text)[0]
    assert couple.anna.post(f"{path}/move", data={"start": start}).status_code == 303
    with services.database.reading() as session:
        moved = session.get_one(Occurrence, date.id)
        assert moved.starts_at.isoformat() == start
        assert moved.ends_at - moved.starts_at == timedelta(minutes=20)


@pytest.mark.parametrize("start", ["2027-03-02T07:31:00+00:00", "2027-03-02T07:31:00", "soon", ""])
def test_a_time_that_is_not_offered_moves_nothing(
    couple: Pair, services: Services, date: Occurrence, path: str, start: str
) -> None:
    answer = couple.anna.post(f"{path}/move", data={"start": start})
    assert answer.status_code in (303, 400)
    with services.database.reading() as session:
        assert session.get_one(Occurrence, date.id).starts_at == date.starts_at


def test_it_is_left_out(couple: Pair, services: Services, date: Occurrence, path: str) -> None:
    assert couple.anna.post(f"{path}/skip").status_code == 303
    with services.database.reading() as session:
        assert not session.get_one(Occurrence, date.id).stands()
    assert couple.anna.post(f"{path}/skip").status_code == 303
