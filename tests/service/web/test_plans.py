"""Plans: proposing one in human words, agreeing, suggesting another time, resting, ending."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rituals.catalogue import Catalogue
from rituals.plan import PlanState
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.people import Pair, arrive, services_of
from tests.service.web.planning import agree, filled, occurrences, plans, propose, words

RTL = "\u202egnihtyna"

BAD_INPUT = [
    ("an unknown zone", {"zone": "Europe/Atlantis"}, "We do not know that time zone"),
    ("a zone that is a path", {"zone": "../../etc/passwd"}, "We do not know that time zone"),
    ("an end before the start", {"ends": "on", "until": "2027-03-01"}, "The last day comes before the first"),
    ("an end without a day", {"ends": "on", "until": ""}, "Choose the last day"),
    ("an end on no day", {"ends": "on", "until": "2027-02-30"}, "Choose the last day"),
    ("an end in the far future", {"ends": "on", "until": "9999-12-31"}, "Choose a last day within"),
    ("a length of 0", {"minutes": "0"}, "Choose a length"),
    ("a negative length", {"minutes": "-20"}, "Choose a length"),
    ("a length over 24 hours", {"minutes": "1441"}, "Choose a length"),
    ("a length in words", {"minutes": "long"}, "Choose a length"),
    ("a count and an end together", {"ends": ["on", "after"], "until": "2027-04-01", "times": "3"}, "not both"),
    ("no times", {"ends": "after", "times": "0"}, "Choose from 1 to 1000 times"),
    ("too many times", {"ends": "after", "times": "1001"}, "Choose from 1 to 1000 times"),
    ("an end that is no choice", {"ends": "whenever"}, "Choose whether it ends"),
    ("a rhythm by the second", {"every": "second"}, "Choose days, weeks, months or years"),
    ("an interval of 0", {"interval": "0"}, "Choose a number from 1 to 52"),
    ("an interval of 53", {"interval": "53"}, "Choose a number from 1 to 52"),
    ("an interval of digits that are no ASCII", {"interval": "٢"}, "Choose a number from 1 to 52"),
    ("a rule in place of a weekday", {"weekdays": "MO;FREQ=SECONDLY"}, "There is no such day of the week"),
    ("an unknown day of the month", {"every": "month", "month_mode": "moon"}, "Choose how the day of the month"),
    ("a first date in the past", {"every": "once", "date": "2027-02-28"}, "lies in the past"),
    ("a first date that is over since this morning", {"every": "once", "date": "2027-03-01"}, "lies in the past"),
    ("no first date", {"date": ""}, "Choose the day on which it begins"),
    ("a first date that does not exist", {"date": "2027-02-29"}, "Choose the day on which it begins"),
    ("a year 0", {"date": "0000-01-01"}, "Choose the day on which it begins"),
    ("a year in the far future", {"date": "9999-01-01"}, "Choose a start from"),
    ("a time of day that is none", {"time": "25:00"}, "Choose a start in hours and minutes"),
    ("a time with seconds", {"time": "07:30:15"}, "Choose a start in hours and minutes"),
    ("10 kB of intention", {"intention": "we sit " * 1500}, "can have 240 characters at most"),
    ("a NUL in the zone", {"zone": "Europe/\x00Berlin"}, "We do not know that time zone"),
    ("a NUL in the date", {"date": "2027-03-\x002"}, "Choose the day on which it begins"),
]


@pytest.mark.parametrize(("changes", "sentence"), [row[1:] for row in BAD_INPUT], ids=[row[0] for row in BAD_INPUT])
def test_bad_input_is_shown_again_with_a_sentence_beside_it(
    couple: Pair, changes: dict[str, object], sentence: str
) -> None:
    answer = couple.anna.post("/plans", data=filled(**changes))

    assert answer.status_code == 422
    assert words(answer.text).count(sentence) >= 2, "once in the summary, once beside the field"
    assert "If it is a weekday at 07:30, we sit by the window." in answer.text or "intention" in changes
    assert plans(couple.anna) == []


def test_everything_that_is_wrong_is_said_at_once(couple: Pair) -> None:
    said = words(couple.anna.post("/plans", data=filled(zone="Nowhere", minutes="0", date="")).text)

    assert "We do not know that time zone" in said
    assert "Choose a length" in said
    assert "Choose the day on which it begins" in said


@pytest.mark.parametrize(
    "intention",
    ["<script>alert(1)</script>", "{{ 7 * 7 }}", f"we {RTL}", "we\x00sit", "we\r\nBcc: x@example.org", "we\u2028sit"],
)
def test_whatever_is_written_stays_text_on_one_line(couple: Pair, intention: str) -> None:
    plan_id = propose(couple.anna, intention=intention)

    page = couple.ben.get(f"/plans/{plan_id}")

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "49" not in words(page.text).split("If and then")[1][:20]
    assert "\u202e" not in page.text
    assert "\x00" not in page.text


@pytest.mark.parametrize("field", ["form_key", "ritual"])
def test_a_form_that_is_not_ours_makes_nothing(couple: Pair, field: str) -> None:
    for value in ("", "\x00" * 20, "x" * 500, "'; drop table plan; --"):
        assert couple.anna.post("/plans", data=filled(**{field: value})).status_code in (400, 404)

    assert plans(couple.anna) == []


def test_the_form_begins_with_the_ritual_s_usual_rhythm(couple: Pair) -> None:
    page = couple.anna.get("/plans/new?ritual=weekly-check-in").text
    said = words(page)

    assert 'value="2027-03-07"' in page
    assert 'value="19:00"' in page
    assert 'value="45"' in page
    assert "\nIf it is Sunday at seven, we </textarea>" in page
    assert "On Sundays at 19:00, 45 minutes" in said
    assert "Sunday 7 March, 19:00" in said


def test_the_form_offers_both_clocks_by_name(couple: Pair) -> None:
    page = couple.anna.get("/plans/new?ritual=weekly-check-in").text

    assert 'name="zone" value="Europe/Berlin"' in page
    assert '<option value="Europe/Lisbon" label="Ben’s clock">' in page
    assert '<option value="Asia/Tokyo"' in page


@pytest.mark.parametrize(
    ("changes", "often"),
    [
        ({"every": "day", "interval": "3"}, "Every 3 days"),
        ({"every": "week", "interval": "2", "weekdays": ["SU"]}, "Every 2 weeks on Sunday"),
        ({"every": "month", "month_mode": "weekday", "date": "2027-03-06"}, "On the first Saturday of the month"),
        ({"every": "month", "month_mode": "last_weekday", "date": "2027-03-26"}, "On the last Friday of the month"),
        ({"every": "month", "month_mode": "date", "date": "2027-03-14"}, "On the 14th of the month"),
        ({"every": "year", "date": "2027-06-12"}, "Every year on 12 June"),
        ({"every": "once", "date": "2027-03-14"}, "Once, on Sunday 14 March"),
        ({"ends": "after", "times": "10"}, "Every weekday, 10 times"),
        ({"ends": "on", "until": "2027-05-03"}, "Every weekday until 3 May 2027"),
    ],
)
def test_every_human_rhythm_can_be_proposed_and_is_read_back(
    couple: Pair, changes: dict[str, object], often: str
) -> None:
    plan_id = propose(couple.anna, **changes)

    said = words(couple.ben.get(f"/plans/{plan_id}").text)
    assert f"{often} at 07:30 Berlin time (06:30 for you), 20 minutes" in said


def test_a_city_is_understood_as_its_zone(couple: Pair) -> None:
    assert "Lisbon time" in words(couple.anna.get(f"/plans/{propose(couple.anna, zone='lisbon')}").text)


def test_an_if_then_line_that_was_only_begun_is_none(couple: Pair) -> None:
    plan_id = propose(couple.anna, intention="If it is a weekday at 07:30, we ")

    assert "If and then" not in couple.anna.get(f"/plans/{plan_id}").text


def test_the_next_four_dates_appear_on_both_clocks(couple: Pair) -> None:
    fragment = couple.anna.post("/plans/preview", data=filled()).text
    said = words(fragment)

    assert "<html" not in fragment
    assert fragment.count("<li>") == 4
    assert "Tuesday 2 March, 07:30 06:30 for Ben in Lisbon" in said
    assert "Friday 5 March, 07:30" in said


def test_dates_that_cannot_be_say_why(couple: Pair) -> None:
    answer = couple.anna.post("/plans/preview", data=filled(minutes="0"))

    assert answer.status_code == 200
    assert "No dates yet. Choose a length" in words(answer.text)


def test_the_button_for_the_dates_keeps_the_form(couple: Pair) -> None:
    page = couple.anna.post("/plans/preview", data=filled(page="yes", interval="2", weekdays=["SA"])).text

    assert "<html" in page
    assert 'name="interval" value="2"' in page
    assert "Saturday 6 March, 07:30" in words(page)
    assert plans(couple.anna) == []


@pytest.mark.parametrize(
    ("time", "warned"), [("02:30", True), ("01:00", True), ("00:30", False), ("04:00", False), ("19:00", False)]
)
def test_the_small_hours_of_a_night_with_a_change_are_warned_of(couple: Pair, time: str, warned: bool) -> None:
    said = words(couple.anna.post("/plans/preview", data=filled(every="day", time=time)).text)

    assert ("The clocks change in the night of Sunday 28 March" in said) is warned


@pytest.mark.parametrize(
    ("date", "sentence"),
    [
        ("2027-03-20", "02:30 is left out, and it begins at 03:30, once"),
        ("2027-10-20", "in the night of Sunday 31 October: 02:30 comes twice, and it begins at the first of the two"),
    ],
)
def test_the_warning_says_what_will_happen(couple: Pair, date: str, sentence: str) -> None:
    assert sentence in words(couple.anna.post("/plans/preview", data=filled(every="day", date=date, time="02:30")).text)


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_the_same_form_sent_twice_makes_one_plan(couple: Pair) -> None:
    first, second = propose(couple.anna), propose(couple.anna)

    assert first == second
    assert len(plans(couple.anna)) == 1


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_the_same_form_sent_in_parallel_makes_one_plan_and_both_answers_lead_to_it(app: Flask, couple: Pair) -> None:
    secret = couple.anna.get_cookie(app.config["SIGN_IN_COOKIE"])
    assert secret is not None
    begin, places = threading.Barrier(4), []

    def send() -> None:
        client = app.test_client()
        client.set_cookie(app.config["SIGN_IN_COOKIE"], secret.value)
        begin.wait()
        places.append(client.post("/plans", data=filled()).location)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(plans(couple.anna)) == 1
    assert places == [f"/plans/{plans(couple.anna)[0].id}"] * 4


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_it_stands_once_both_have_said_yes(couple: Pair) -> None:
    plan_id = propose(couple.anna)
    assert occurrences(couple.anna, plan_id) == []
    assert "You asked Ben" in words(couple.anna.get(f"/plans/{plan_id}").text)
    assert "Anna asks you" in words(couple.ben.get(f"/plans/{plan_id}").text)

    couple.ben.post(f"/plans/{plan_id}/versions/1/accept")

    assert len(occurrences(couple.anna, plan_id)) > 20
    said = words(couple.ben.get(f"/plans/{plan_id}").text)
    assert "You both said yes to this" in said
    assert "Tuesday 2 March, 06:30" in said
    assert "07:30 for Anna in Berlin" in said


def test_nobody_can_say_yes_for_the_other(couple: Pair) -> None:
    plan_id = propose(couple.anna)

    answer = couple.anna.post(f"/plans/{plan_id}/versions/1/accept", follow_redirects=True)

    assert answer.status_code == 200
    assert "Please have another look" in answer.text
    assert plans(couple.anna)[0].state == PlanState.PROPOSED


def test_a_no_ends_a_first_proposal(couple: Pair) -> None:
    plan_id = propose(couple.anna)

    couple.ben.post(f"/plans/{plan_id}/versions/1/decline")

    assert plans(couple.anna)[0].state == PlanState.ENDED
    assert "This has ended" in couple.anna.get(f"/plans/{plan_id}").text


def test_a_proposal_can_be_taken_back(couple: Pair) -> None:
    plan_id = propose(couple.anna)

    couple.anna.post(f"/plans/{plan_id}/versions/1/withdraw")

    assert plans(couple.anna)[0].state == PlanState.ENDED
    late = couple.ben.post(f"/plans/{plan_id}/versions/1/accept", follow_redirects=True)
    assert "This ritual has ended" in late.text


def suggest(client: FlaskClient, plan_id: int, seen: int, **changes: object) -> int:
    return client.post(f"/plans/{plan_id}", data=filled(seen=str(seen), **changes)).status_code


def test_suggestions_go_back_and_forth(couple: Pair) -> None:
    plan_id = propose(couple.anna)

    assert suggest(couple.ben, plan_id, 1, time="08:00") == 303
    assert suggest(couple.anna, plan_id, 2, time="07:45") == 303
    couple.ben.post(f"/plans/{plan_id}/versions/3/accept")

    assert "Every weekday at 07:45, 20 minutes" in words(couple.anna.get(f"/plans/{plan_id}").text)


def test_the_form_of_a_suggestion_begins_with_what_is_on_the_table(couple: Pair) -> None:
    plan_id = agree(couple, ends="after", times="10")

    page = couple.ben.get(f"/plans/{plan_id}/edit").text

    assert 'name="seen" value="1"' in page
    assert 'value="07:30"' in page
    assert 'name="times" value="10"' in page
    assert "\nIf it is a weekday at 07:30, we sit by the window.</textarea>" in page


def test_what_was_agreed_holds_while_a_change_waits(couple: Pair) -> None:
    plan_id = agree(couple)
    before = [one.starts_at for one in occurrences(couple.anna, plan_id)]

    suggest(couple.anna, plan_id, 1, time="08:00")

    said = words(couple.ben.get(f"/plans/{plan_id}").text)
    assert "Anna asks: could it be like this?" in said
    assert "at 08:00 Berlin time" in said.split("What holds until then")[0]
    assert "at 07:30 Berlin time" in said.split("What holds until then")[1]
    assert [one.starts_at for one in occurrences(couple.anna, plan_id)] == before


def test_a_yes_to_a_wording_that_has_changed_asks_to_look_again(couple: Pair) -> None:
    plan_id = propose(couple.anna)
    suggest(couple.anna, plan_id, 1, time="08:00")

    answer = couple.ben.post(f"/plans/{plan_id}/versions/1/accept", follow_redirects=True)

    assert answer.status_code == 200
    assert "This proposal has changed in the meantime" in answer.text
    assert plans(couple.anna)[0].state == PlanState.PROPOSED


def test_the_same_suggestion_sent_twice_is_one(couple: Pair) -> None:
    plan_id = propose(couple.anna)

    assert suggest(couple.ben, plan_id, 1, time="08:00") == 303
    assert suggest(couple.ben, plan_id, 1, time="08:00") == 303

    couple.anna.post(f"/plans/{plan_id}/versions/2/accept")
    assert plans(couple.anna)[0].state == PlanState.AGREED


def test_a_suggestion_never_covers_a_newer_one_unseen(couple: Pair) -> None:
    plan_id = propose(couple.anna)
    suggest(couple.ben, plan_id, 1, time="08:00")

    answer = couple.anna.post(f"/plans/{plan_id}", data=filled(seen="1", time="09:00"), follow_redirects=True)

    assert "There is a newer proposal" in answer.text
    assert "at 08:00" in words(answer.text)


def test_a_bad_suggestion_is_shown_again(couple: Pair) -> None:
    plan_id = agree(couple)

    answer = couple.ben.post(f"/plans/{plan_id}", data=filled(seen="1", minutes="0"))

    assert answer.status_code == 422
    assert "Choose a length" in answer.text


def test_pausing_takes_the_dates_away_and_resuming_brings_them_back(couple: Pair) -> None:
    plan_id = agree(couple)

    couple.anna.post(f"/plans/{plan_id}/pause")
    assert not any(one.stands() for one in occurrences(couple.anna, plan_id))
    assert "This rests until one of you lets it go on" in couple.ben.get(f"/plans/{plan_id}").text

    couple.ben.post(f"/plans/{plan_id}/resume")
    assert all(one.stands() for one in occurrences(couple.anna, plan_id))


def test_ending_asks_once_and_then_is_over(couple: Pair) -> None:
    plan_id = agree(couple)
    assert "Let it end?" in couple.anna.get(f"/plans/{plan_id}/end").text
    assert plans(couple.anna)[0].state == PlanState.AGREED

    couple.anna.post(f"/plans/{plan_id}/end")

    assert plans(couple.anna)[0].state == PlanState.ENDED
    assert not any(one.stands() for one in occurrences(couple.anna, plan_id))
    assert couple.ben.get(f"/plans/{plan_id}/edit").status_code == 303


def test_a_plan_whose_ritual_left_the_catalogue_rests_and_says_so(couple: Pair) -> None:
    plan_id = agree(couple)
    services = services_of(couple.anna.application)
    smaller = Catalogue(tuple(one for one in services.catalogue if one.slug != "morning-coffee"))
    couple.anna.application.extensions["services"] = replace(services, catalogue=smaller)

    assert "has left the catalogue" in couple.anna.get(f"/plans/{plan_id}").text
    for path in ("/", f"/plans/{plan_id}/edit", f"/plans/{plan_id}/end"):
        assert couple.anna.get(path).status_code == 200
    assert suggest(couple.anna, plan_id, 1, time="08:00") == 303
    assert couple.anna.post(f"/plans/{plan_id}/end").status_code == 303
    assert couple.anna.get(f"/plans/{plan_id}").status_code == 200


def test_one_alone_is_led_to_the_invitation(app: Flask) -> None:
    alone = arrive(app, "eve@example.org", "Eve", "Europe/Berlin")

    assert alone.get("/plans/new?ritual=morning-coffee").location == "/invitations/new"
    assert alone.post("/plans", data=filled()).location == "/invitations/new"


def test_a_stranger_signs_in_first(client: FlaskClient) -> None:
    assert client.get("/plans/new?ritual=morning-coffee").location.startswith("/sign-in?next=")
    assert client.post("/plans", data=filled()).location == "/sign-in"


def test_a_form_without_its_token_is_refused(guarded_app: Flask) -> None:
    assert guarded_app.test_client().post("/plans", data=filled()).status_code == 400


def test_the_page_after_the_last_date_of_a_plan_is_calm(couple: Pair, clock: FakeClock) -> None:
    plan_id = agree(couple, every="once")
    clock.advance(timedelta(days=10))

    assert couple.anna.get(f"/plans/{plan_id}").status_code == 200
    assert "Nothing more is planned" in couple.anna.get("/").text
