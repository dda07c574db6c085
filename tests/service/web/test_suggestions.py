"""A wish to move one date, and the answer to it: on the pages, and by the links in mails."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from rituals.news import Happening, News
from rituals.occurrence import Occurrence, Standing
from service.links import Purpose
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair, services_of
from tests.service.web.planning import agree, occurrences, suggest, words

AT_NINE = datetime(2027, 3, 2, 9)
NINE = datetime(2027, 3, 2, 8, tzinfo=UTC)
HALF_PAST_SEVEN = datetime(2027, 3, 2, 6, 30, tzinfo=UTC)


def asked(pair: Pair) -> tuple[int, int]:
    """Ben is asked whether the first coffee may be at nine. Answers the suggestion's id and the plan's."""
    plan_id = agree(pair)
    pair.anna.get("/")  # reads the notices
    return suggest(pair, occurrences(pair.anna, plan_id)[0].id, AT_NINE), plan_id


def first(pair: Pair, plan_id: int) -> Occurrence:
    return min(occurrences(pair.anna, plan_id), key=lambda one: one.original_starts)


def link(client: FlaskClient, purpose: Purpose, **claims: int) -> str:
    return f"/{purpose.value}/{services_of(client.application).links.token(purpose, **claims)}"


def told(pair: Pair) -> list[Happening]:
    with services_of(pair.anna.application).database.reading() as session:
        return [one.what for one in session.query(News).order_by(News.id)]


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_the_other_sees_the_question_and_its_maker_that_it_waits(couple: Pair) -> None:
    _, plan_id = asked(couple)
    for path in ("/", f"/plans/{plan_id}"):
        bens, annas = words(couple.ben.get(path).text), words(couple.anna.get(path).text)
        assert "Morning coffee: Tuesday 2 March, 08:00 instead?" in bens
        assert "Anna asks (09:00 for Anna in Berlin)." in bens
        assert "Until you say yes, Tuesday 2 March, 06:30 stands." in bens
        assert "Ben is asked" in annas
        assert "instead?" not in annas


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_yes_moves_the_date_for_both(couple: Pair) -> None:
    suggestion_id, plan_id = asked(couple)
    assert couple.ben.post(f"/suggestions/{suggestion_id}/accept").location == f"/plans/{plan_id}"
    assert first(couple, plan_id).starts_at == NINE
    assert "instead?" not in words(couple.ben.get("/").text)
    assert "Ben is asked" not in words(couple.anna.get("/").text)


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_no_leaves_the_old_time(couple: Pair) -> None:
    suggestion_id, plan_id = asked(couple)
    couple.ben.post(f"/suggestions/{suggestion_id}/decline")
    assert first(couple, plan_id).starts_at == HALF_PAST_SEVEN
    assert told(couple)[-1] == Happening.DATE_DECLINED


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_the_same_answer_twice_is_one(couple: Pair, answer: str) -> None:
    suggestion_id, _ = asked(couple)
    for _again in range(2):
        assert couple.ben.post(f"/suggestions/{suggestion_id}/{answer}").status_code == 303
    assert told(couple).count(Happening.MOVED) + told(couple).count(Happening.DATE_DECLINED) == 1


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_nobody_answers_their_own_wish(couple: Pair, answer: str) -> None:
    suggestion_id, plan_id = asked(couple)
    page = couple.anna.post(f"/suggestions/{suggestion_id}/{answer}", follow_redirects=True)
    assert "settled in the meantime" in page.text
    assert first(couple, plan_id).starts_at == HALF_PAST_SEVEN
    assert "instead?" in words(couple.ben.get("/").text)


def test_what_was_moved_meanwhile_is_no_question_any_more(couple: Pair) -> None:
    suggestion_id, plan_id = asked(couple)
    occurrence_id = first(couple, plan_id).id
    couple.anna.post(f"/occurrences/{occurrence_id}/move", data={"date": "2027-03-02", "time": "10:00"})
    assert "instead?" not in words(couple.ben.get("/").text)
    page = couple.ben.post(f"/suggestions/{suggestion_id}/accept", follow_redirects=True)
    assert "settled in the meantime" in page.text


@pytest.mark.parametrize(("answer", "starts_at"), [("accept", NINE), ("decline", HALF_PAST_SEVEN)])
def test_the_link_in_the_mail_needs_no_sign_in(
    couple: Pair, client: FlaskClient, answer: str, starts_at: datetime
) -> None:
    suggestion_id, plan_id = asked(couple)
    path = link(client, Purpose.SUGGESTION, suggestion=suggestion_id, partner=couple.ben_id)

    page = client.get(f"{path}?answer={answer}")
    assert "Tuesday 2 March, 08:00 instead?" in words(page.text)
    assert first(couple, plan_id).starts_at == HALF_PAST_SEVEN, "opening it answers nothing"

    assert client.post(path, data={"answer": answer}).status_code == 200
    assert first(couple, plan_id).starts_at == starts_at
    assert client.get(path).status_code == 410
    other = "decline" if answer == "accept" else "accept"
    assert client.post(path, data={"answer": other}).status_code == 409


def test_a_link_made_for_the_maker_answers_nothing(couple: Pair, client: FlaskClient) -> None:
    suggestion_id, plan_id = asked(couple)
    path = link(client, Purpose.SUGGESTION, suggestion=suggestion_id, partner=couple.anna_id)
    assert client.get(path).status_code == 410
    assert client.post(path, data={"answer": "accept"}).status_code == 409
    assert first(couple, plan_id).starts_at == HALF_PAST_SEVEN


@pytest.mark.parametrize("path", ["/suggestion/", "/unsuited/"])
def test_a_broken_link_leads_nowhere(couple: Pair, client: FlaskClient, path: str) -> None:
    suggestion_id, _ = asked(couple)
    for token in ("x", services_of(client.application).links.token(Purpose.ANSWER, version=suggestion_id, partner=1)):
        assert client.get(path + token).status_code == 404
        assert client.post(path + token, data={"answer": "accept"}).status_code == 404


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_moved_date_that_does_not_suit_is_left_out_once_and_its_mover_told(couple: Pair, client: FlaskClient) -> None:
    plan_id, path = moved(couple, client)

    assert "It doesn’t suit" in client.get(path).text
    assert first(couple, plan_id).standing == Standing.PLANNED, "opening it leaves nothing out"

    for _again in range(2):
        assert client.post(path).status_code == 200
    assert first(couple, plan_id).standing == Standing.SKIPPED
    assert told(couple).count(Happening.NOT_SUITED) == 1
    assert Happening.SKIPPED not in told(couple)


def test_it_can_be_moved_again_afterwards(couple: Pair, client: FlaskClient) -> None:
    plan_id, path = moved(couple, client)
    client.post(path)
    occurrence_id = first(couple, plan_id).id
    couple.anna.post(f"/occurrences/{occurrence_id}/move", data={"date": "2027-03-02", "time": "18:00"})
    assert first(couple, plan_id).standing == Standing.PLANNED


def test_an_old_link_leaves_out_nothing_that_was_moved_since(couple: Pair, client: FlaskClient) -> None:
    plan_id, path = moved(couple, client)
    occurrence_id = first(couple, plan_id).id
    couple.anna.post(f"/occurrences/{occurrence_id}/move", data={"date": "2027-03-02", "time": "18:00"})
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 409
    assert first(couple, plan_id).standing == Standing.PLANNED


def test_what_has_begun_can_not_be_turned_away(couple: Pair, client: FlaskClient, clock: FakeClock) -> None:
    _, path = moved(couple, client)
    clock.advance(NINE - clock.now + timedelta(minutes=1))
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 409


def moved(pair: Pair, client: FlaskClient) -> tuple[int, str]:
    """Anna moved the first coffee to nine; the plan's id, and where Ben's mail leads."""
    plan_id = agree(pair)
    occurrence_id = first(pair, plan_id).id
    pair.anna.post(f"/occurrences/{occurrence_id}/move", data={"date": "2027-03-02", "time": "09:00"})
    moment = int(NINE.timestamp())
    return plan_id, link(client, Purpose.UNSUITED, occurrence=occurrence_id, partner=pair.ben_id, moment=moment)
