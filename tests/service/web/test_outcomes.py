"""What became of one time: said on the page or by the link in its mail."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rituals.occurrence import Outcome
from service.mail_links import MailLinks
from tests.fakes import FakeClock
from tests.service.web.people import Pair, services_of
from tests.service.web.planning import agree, occurrences, words


@pytest.fixture
def begun(couple: Pair, clock: FakeClock) -> int:
    """The first morning coffee, ten minutes old."""
    first = occurrences(couple.anna, agree(couple))[0]
    clock.now = first.starts_at + timedelta(minutes=30)
    return first.id


def link(couple: Pair, occurrence_id: int, partner_id: int) -> str:
    return MailLinks(services_of(couple.anna.application).links).outcome(occurrence_id, partner_id).partition("host")[2]


def outcome(couple: Pair, occurrence_id: int) -> Outcome | None:
    rows = occurrences(couple.anna, 1)
    return next(one.outcome for one in rows if one.id == occurrence_id)


@pytest.mark.parametrize("answer", list(Outcome))
def test_the_week_asks_how_it_was_and_either_can_say(couple: Pair, begun: int, answer: Outcome) -> None:
    assert "Morning coffee, Tuesday 2 March: how was it?" in words(couple.anna.get("/").text)

    couple.ben.post(f"/occurrences/{begun}/outcome", data={"answer": answer})

    assert outcome(couple, begun) == answer
    assert "how was it?" not in couple.anna.get("/").text


def test_the_last_word_counts(couple: Pair, begun: int) -> None:
    couple.anna.post(f"/occurrences/{begun}/outcome", data={"answer": "rested"})
    couple.ben.post(f"/occurrences/{begun}/outcome", data={"answer": "done"})

    assert outcome(couple, begun) == Outcome.DONE


def test_the_link_in_the_mail_shows_a_button_for_each_answer_and_records_nothing(
    client: FlaskClient, couple: Pair, begun: int
) -> None:
    path = link(couple, begun, couple.ben_id)

    page = client.get(f"{path}?answer=moved").text

    assert page.index("We moved it") < page.index("We did it")
    assert outcome(couple, begun) is None
    assert client.head(path).status_code == 200
    assert outcome(couple, begun) is None


def test_its_button_records_without_signing_in(client: FlaskClient, couple: Pair, begun: int) -> None:
    answer = client.post(link(couple, begun, couple.ben_id), data={"answer": "done"})

    assert answer.status_code == 200
    assert outcome(couple, begun) == Outcome.DONE


def test_its_form_carries_a_token(guarded_app: Flask, couple: Pair, begun: int) -> None:
    path = link(couple, begun, couple.ben_id)

    assert guarded_app.test_client().post(path, data={"answer": "done"}).status_code == 400
    assert outcome(couple, begun) is None


@pytest.mark.parametrize("answer", ["", "great", "DONE", "\x00"])
def test_an_answer_that_is_none_is_refused(couple: Pair, begun: int, answer: str) -> None:
    assert couple.anna.post(f"/occurrences/{begun}/outcome", data={"answer": answer}).status_code == 400


def test_nothing_is_said_of_what_has_not_begun(couple: Pair) -> None:
    first = occurrences(couple.anna, agree(couple))[0]

    answer = couple.anna.post(f"/occurrences/{first.id}/outcome", data={"answer": "done"}, follow_redirects=True)

    assert "It has not begun yet" in answer.text


def test_a_link_that_was_changed_or_is_over_leads_nowhere(client: FlaskClient, couple: Pair, begun: int) -> None:
    path = link(couple, begun, couple.ben_id)
    swapped = path[:-1] + ("A" if path[-1] != "A" else "B")

    assert client.get(swapped).status_code == 404
    assert client.get("/after/nonsense").status_code == 404
    couple.anna.post("/leave", data={"events": "stay"})
    assert client.get(path).status_code == 404
    assert client.post(path, data={"answer": "done"}).status_code == 404


def test_what_was_done_stands_on_the_plan_s_page_and_in_the_year(couple: Pair, begun: int) -> None:
    couple.anna.post(f"/occurrences/{begun}/outcome", data={"answer": "done"})

    assert "Tue 2 Mar You did it." in words(couple.ben.get("/plans/1").text)
    assert "Morning coffee: most times since March" in words(couple.ben.get("/").text)


def test_what_was_not_done_leaves_no_trace(couple: Pair, begun: int) -> None:
    couple.anna.post(f"/occurrences/{begun}/outcome", data={"answer": "rested"})

    for page in (couple.ben.get("/plans/1").text, couple.ben.get("/").text):
        assert "What was" not in page
        assert "This year" not in page
        assert "missed" not in page
