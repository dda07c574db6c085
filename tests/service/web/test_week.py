"""Our week: what is next in words, what waits, what comes, what was; for each of the two on their own clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.errand import State
from rituals.occurrence import Occurrence
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair, arrive, pair, services_of
from tests.service.web.planning import agree, occurrences, propose, words

CHECK_IN = {
    "ritual": "weekly-check-in",
    "form_key": "another-form-key-0001",
    "weekdays": ["SU"],
    "date": "2027-03-07",
    "time": "19:00",
    "minutes": "45",
    "intention": "If it is Sunday at seven, we make tea and sit by the window.",
}


def week(client: FlaskClient) -> str:
    return words(client.get("/").text)


def test_a_stranger_reads_what_this_is(client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    assert "Your e-mail address" in client.get("/").text


def test_one_alone_is_asked_to_invite(app: Flask) -> None:
    alone = arrive(app, "eve@example.org", "Eve", "Europe/Berlin")

    assert "It takes two" in week(alone)
    assert 'href="/invitations/new"' in alone.get("/").text


def test_one_who_has_invited_waits_without_hurry(app: Flask) -> None:
    alone = arrive(app, "eve@example.org", "Eve", "Europe/Berlin")
    alone.post("/invitations", data={"address": "finn@example.org"})
    alone.get("/invitations/new")

    assert "Your invitation is on its way" in week(alone)


def test_one_who_is_invited_is_led_to_the_invitation(app: Flask) -> None:
    alone, finn = (arrive(app, f"{name}@example.org", name, "Europe/Berlin") for name in ("eve", "finn"))
    alone.post("/invitations", data={"address": "finn@example.org"})

    assert "Somebody asks you" in week(finn)


def test_two_without_plans_are_shown_where_to_begin(couple: Pair) -> None:
    assert "Nothing planned yet, the two of you" in week(couple.anna)
    assert 'href="/rituals"' in couple.anna.get("/").text


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
@pytest.mark.parametrize(
    ("now", "anna", "ben"),
    [
        (
            datetime(2027, 3, 7, 12, 0, tzinfo=UTC),
            "Tonight at seven, the two of you.",
            "Tonight at six, the two of you.",
        ),
        (datetime(2027, 3, 6, 12, 0, tzinfo=UTC), "Tomorrow evening at seven, the", "Tomorrow evening at six, the"),
        (datetime(2027, 3, 3, 12, 0, tzinfo=UTC), "On Sunday at 19:00, the", "On Sunday at 18:00, the"),
        (datetime(2027, 3, 7, 18, 10, tzinfo=UTC), "Just now, the two of you.", "Just now, the two of you."),
    ],
)
def test_what_is_next_is_said_in_words_on_one_s_own_clock(
    couple: Pair, clock: FakeClock, now: datetime, anna: str, ben: str
) -> None:
    agree(couple, **CHECK_IN)
    clock.now = now

    assert anna in week(couple.anna)
    assert ben in week(couple.ben)


def test_a_morning_is_said_by_the_clock(couple: Pair) -> None:
    agree(couple)

    assert "Tomorrow at 07:30, the two of you." in week(couple.anna)
    assert "Morning coffee, 20 minutes. A question comes when it starts" in week(couple.anna)


def test_the_card_shows_the_line_and_two_quiet_ways_out(couple: Pair) -> None:
    plan_id = agree(couple)
    first = occurrences(couple.anna, plan_id)[0]

    page = couple.anna.get("/").text

    assert "Tuesday 2 March, 07:30 to 07:50" in page
    assert "If it is a weekday at 07:30, we sit by the window." in page
    assert f'<a class="button button-plain" href="/occurrences/{first.id}/move">Move it</a>' in page
    assert f'action="/occurrences/{first.id}/skip"' in page
    assert '<button class="button">' not in page, "the best thing is to do nothing"


def test_what_waits_for_an_answer_stands_there_with_three_answers(couple: Pair) -> None:
    propose(couple.anna, **CHECK_IN)

    said = week(couple.ben)

    assert "A question for you" in said
    assert "Weekly check-in, on Sundays at 19:00 Berlin time (18:00 for you)?" in said
    assert "Anna asks: 45 minutes, from Sunday 7 March." in said
    assert "Yes Another time Not for us" in said


def test_one_who_asked_reads_that_it_waits(couple: Pair) -> None:
    propose(couple.anna, **CHECK_IN)

    assert "Ben is asked." in week(couple.anna)
    assert "What you have in mind Weekly check-in On Sundays at 19:00, 45 minutes. Ben is asked." in week(couple.anna)
    assert "Yes" not in week(couple.anna).split()


def test_the_days_after_follow_in_order(couple: Pair) -> None:
    agree(couple)
    agree(couple, **CHECK_IN)

    said = week(couple.anna)

    assert "The days after Wed to Fri 07:30 Morning coffee 20 minutes Sun 19:00 Weekly check-in 45 minutes What" in said


def test_a_date_left_out_or_moved_has_a_line_of_its_own(couple: Pair) -> None:
    _, _, thursday, friday, *_ = occurrences(couple.anna, agree(couple))
    couple.anna.post(f"/occurrences/{thursday.id}/skip")
    assert "Wed 07:30 Morning coffee 20 minutes Thu 07:30 Morning coffee Not this time Fri 07:30" in week(couple.anna)

    couple.anna.post(f"/occurrences/{friday.id}/move", data={"date": "2027-03-05", "time": "08:00"})

    assert "Fri 08:00 Morning coffee 20 minutes, moved from Friday 5 March, 07:30" in week(couple.anna)


def test_what_is_more_than_a_week_ahead_shows_its_next_date(couple: Pair) -> None:
    agree(couple)
    outing = {"every": "month", "interval": "1", "weekdays": [], "month_mode": "weekday", "date": "2027-03-20"}
    agree(couple, **outing, ritual="new-experience", form_key="another-form-key-00002", time="15:00", minutes="180")

    assert "20 Mar 15:00 A new shared experience three hours What the two of you do" in week(couple.anna)


def test_what_waits_for_my_answer_is_not_yet_what_we_do(couple: Pair) -> None:
    propose(couple.anna, **CHECK_IN)

    assert "What the two of you do" not in week(couple.ben)
    assert "See all rituals" in week(couple.ben)


def test_what_is_left_out_stays_as_a_pale_line(couple: Pair) -> None:
    first = occurrences(couple.anna, agree(couple))[0]

    couple.anna.post(f"/occurrences/{first.id}/skip")

    assert "On Wednesday at 06:30, the two of you." in week(couple.ben)
    assert "Tue 06:30 Morning coffee Not this time" in week(couple.ben)


def test_when_all_is_paused_the_week_says_so(couple: Pair) -> None:
    couple.anna.post(f"/plans/{agree(couple)}/pause")

    assert "All is at rest." in week(couple.ben)
    assert "Morning coffee At rest" in week(couple.ben)


def test_a_slow_rhythm_is_named_although_it_is_far_away(couple: Pair) -> None:
    agree(couple, every="year", date="2027-06-12", time="15:00")

    assert "On Saturday 12 June at 15:00, the two of you." in week(couple.anna)


def test_a_question_that_came_too_late_to_be_sent_stands_on_the_plan_s_page(couple: Pair, clock: FakeClock) -> None:
    plan_id = agree(couple)
    clock.now = occurrences(couple.anna, plan_id)[0].starts_at + timedelta(hours=2)
    with services_of(couple.anna.application).database.writing() as session:
        first = session.scalars(select(Occurrence).order_by(Occurrence.starts_at)).first()
        assert first is not None
        first.prompt_title, first.prompt = "A cup", {"question": "What do your hands like doing?", "deeper": []}
        for delivery in first.deliveries:
            delivery.state = State.EXPIRED if delivery.partner_id == couple.ben_id else State.SENT

    assert "The question could not be sent" in couple.ben.get(f"/plans/{plan_id}").text
    assert "What do your hands like doing?" in couple.ben.get(f"/plans/{plan_id}").text
    assert "could not be sent" not in couple.anna.get(f"/plans/{plan_id}").text


def test_a_question_that_was_never_drawn_is_not_made_up(couple: Pair, clock: FakeClock) -> None:
    plan_id = agree(couple)
    clock.now = occurrences(couple.anna, plan_id)[0].starts_at + timedelta(hours=2)
    with services_of(couple.anna.application).database.writing() as session:
        for occurrence in session.scalars(select(Occurrence)):
            for delivery in occurrence.deliveries:
                delivery.state = State.EXPIRED

    assert "prompt-question" not in couple.ben.get(f"/plans/{plan_id}").text


def test_the_year_counts_nothing(couple: Pair, clock: FakeClock) -> None:
    plan_id = agree(couple)
    rows = occurrences(couple.anna, plan_id)
    for one in rows[:5]:
        clock.now = one.ends_at
        couple.anna.post(f"/occurrences/{one.id}/outcome", data={"answer": "done"})

    year = couple.ben.get("/").text.split("This year, so far")[1].split("What the two of you do")[0]

    assert 'class="tone-pine"' in year
    assert 'aria-hidden="true"' in year
    assert "Morning coffee: most times since March" in words(year)


def test_after_one_has_left_the_other_finds_it_closed(couple: Pair) -> None:
    agree(couple)
    couple.anna.post("/leave", data={"events": "stay"})

    assert couple.ben.get("/").location == "/closed"


def test_a_plan_whose_ritual_left_the_catalogue_promises_no_question(couple: Pair) -> None:
    agree(couple)
    services = services_of(couple.anna.application)
    emptier = replace(services.catalogue, rituals=services.catalogue.rituals[:1])
    couple.anna.application.extensions["services"] = replace(services, catalogue=emptier)

    said = week(couple.anna)

    assert "Morning coffee, 20 minutes. Put both phones" in said
    assert "it has left the catalogue" in said


def test_a_name_stays_text_wherever_it_stands(app: Flask) -> None:
    shown = "<script>alert(1)</script>{{ 7 * 7 }}"
    two = pair(app, ("a@example.org", shown, "Europe/Berlin"), ("b@example.org", "Ben", "Europe/Lisbon"))
    plan_id = propose(two.anna, **CHECK_IN)

    for page in ("/", f"/plans/{plan_id}", f"/plans/{plan_id}/edit", "/plans/new?ritual=morning-coffee", "/calendars"):
        assert "<script>alert" not in two.ben.get(page).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }} asks" in two.ben.get("/").text
