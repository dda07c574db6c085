"""Single dates: moved, left out and brought back, each on one's own clock and for both."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rituals.delivery import Delivery
from rituals.errand import State
from rituals.occurrence import Standing
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair, services_of
from tests.service.web.planning import agree, occurrences, words


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_date_is_moved_on_the_visitor_s_own_clock(couple: Pair) -> None:
    plan_id = agree(couple)
    first = occurrences(couple.anna, plan_id)[0]

    answer = couple.ben.post(f"/occurrences/{first.id}/move", data={"date": "2027-03-02", "time": "08:00"})

    assert answer.location == f"/plans/{plan_id}"
    moved = occurrences(couple.anna, plan_id)[0]
    assert moved.starts_at == datetime(2027, 3, 2, 8, 0, tzinfo=UTC), "Lisbon is at UTC in March"
    assert moved.original_starts == first.original_starts
    said = words(couple.anna.get(f"/plans/{plan_id}").text)
    assert "Tuesday 2 March, 09:00 08:00 for Ben in Lisbon moved from Tuesday 2 March, 07:30" in said


def test_the_mails_follow_a_move(couple: Pair) -> None:
    first = occurrences(couple.anna, agree(couple))[0]

    couple.anna.post(f"/occurrences/{first.id}/move", data={"date": "2027-03-02", "time": "20:00"})

    with services_of(couple.anna.application).database.reading() as session:
        deliveries = session.scalars(select(Delivery).where(Delivery.occurrence_id == first.id)).all()
    assert [one.due_at for one in deliveries] == [datetime(2027, 3, 2, 19, 0, tzinfo=UTC)] * 2


def test_the_form_shows_where_it_stands_now(couple: Pair) -> None:
    first = occurrences(couple.anna, agree(couple))[0]

    page = couple.ben.get(f"/occurrences/{first.id}/move").text

    assert 'value="2027-03-02"' in page
    assert 'value="06:30"' in page
    assert "On your clock, in Lisbon" in page


@pytest.mark.parametrize(
    ("date", "time", "sentence"),
    [
        ("2027-02-28", "07:30", "That moment has passed"),
        ("2029-03-02", "07:30", "more than a year away"),
        ("", "07:30", "Choose a day"),
        ("0001-01-01", "00:00", "Choose a day"),
        ("9999-12-31", "23:59", "Choose a day"),
        ("2027-02-30", "07:30", "Choose a day"),
        ("2027-03-02", "25:00", "Choose a time"),
        ("2027-03-02", "\x00", "Choose a time"),
    ],
)
def test_a_move_that_cannot_be_says_why_beside_its_field(couple: Pair, date: str, time: str, sentence: str) -> None:
    first = occurrences(couple.anna, agree(couple))[0]

    answer = couple.anna.post(f"/occurrences/{first.id}/move", data={"date": date, "time": time})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert occurrences(couple.anna, first.plan_id)[0].starts_at == first.starts_at


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_one_is_left_out_for_both_and_brought_back(couple: Pair) -> None:
    plan_id = agree(couple)
    first = occurrences(couple.anna, plan_id)[0]

    couple.ben.post(f"/occurrences/{first.id}/skip")
    assert occurrences(couple.anna, plan_id)[0].standing == Standing.SKIPPED
    assert "not this time After all" in words(couple.anna.get(f"/plans/{plan_id}").text)
    assert _states(couple, first.id) == {State.WITHDRAWN}

    couple.anna.post(f"/occurrences/{first.id}/restore")
    assert occurrences(couple.anna, plan_id)[0].standing == Standing.PLANNED
    assert _states(couple, first.id) == {State.PLANNED}


@pytest.mark.parametrize("verb", ["skip", "move"])
def test_what_has_begun_stays(couple: Pair, clock: FakeClock, verb: str) -> None:
    first = occurrences(couple.anna, agree(couple))[0]
    clock.advance(timedelta(days=1))

    data = {"date": "2027-03-05", "time": "10:00"}
    answer = couple.anna.post(f"/occurrences/{first.id}/{verb}", data=data, follow_redirects=True)

    assert "It has already begun" in answer.text
    assert occurrences(couple.anna, first.plan_id)[0].standing == Standing.PLANNED


def test_while_it_rests_nothing_can_be_moved(couple: Pair) -> None:
    plan_id = agree(couple)
    first = occurrences(couple.anna, plan_id)[0]
    couple.anna.post(f"/plans/{plan_id}/pause")

    answer = couple.anna.post(f"/occurrences/{first.id}/skip", follow_redirects=True)

    assert "This ritual rests at the moment" in answer.text


def _states(pair: Pair, occurrence_id: int) -> set[State]:
    with services_of(pair.anna.application).database.reading() as session:
        return {one.state for one in session.scalars(select(Delivery).where(Delivery.occurrence_id == occurrence_id))}


def test_four_dates_are_shown_also_of_a_slow_rhythm(couple: Pair) -> None:
    plan_id = agree(couple, every="month", month_mode="weekday", date="2027-03-06", time="15:00")

    said = words(couple.anna.get(f"/plans/{plan_id}").text)

    assert [day in said for day in ("Saturday 6 March", "Saturday 3 April", "Saturday 1 May", "Saturday 5 June")] == [
        True
    ] * 4
    assert said.count("Not this time") == len(occurrences(couple.anna, plan_id))
