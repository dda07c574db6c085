"""'Find a time' in the form of a plan: nothing that was typed is lost, and both see the same."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from rituals.couple import Partner
from rituals.ics_address import IcsAddress
from rituals.ritual_hours import RitualHours
from rituals.rule import Weekday
from service.jobs.free_time import find_a_time
from service.services import Services
from tests.service.web.people import Pair
from tests.service.web.planning import agree, filled, plans, words

LINE = "If it is a weekday at 07:30, we sit by the window."


def ask(client: FlaskClient, **changes: object) -> str:
    answer = client.post("/offers", data=filled(**changes))
    assert answer.status_code == 200, words(answer.text)
    return answer.text


def see(client: FlaskClient, **changes: object) -> str:
    """What was found, as the page asks by itself a moment later."""
    return ask(client, looked="yes", **changes)


def times(page: str) -> list[str]:
    return re.findall(r'name="start" value="([^"]+)"', page)


def test_the_form_asks_for_it(couple: Pair) -> None:
    page = couple.anna.get("/plans/new?ritual=morning-coffee").text
    assert 'formaction="/offers#offer"' in page
    assert page.index("Propose it to Ben") < page.index('formaction="/offers'), "Enter presses the first button"


def test_it_is_looked_for_and_then_found(couple: Pair, services: Services) -> None:
    page = ask(couple.anna)
    assert "We are looking for three times that suit you both this week." in words(page)
    assert LINE in page
    assert find_a_time(services)
    page = see(couple.anna)
    assert "Times that suit you both this week, for 20 minutes:" in words(page)
    assert len(times(page)) == 3
    assert times(see(couple.ben, form_key="another-form-key-000", date="2027-03-07")) == times(page)


def test_nobody_sees_that_the_other_has_asked_before(couple: Pair, services: Services) -> None:
    """What is there already comes no sooner than what has to be looked for."""
    first = words(ask(couple.anna))
    find_a_time(services)
    looking = "We are looking for three times"
    assert looking in first
    assert looking in words(ask(couple.ben, form_key="another-form-key-000"))


def test_one_of_them_is_put_into_the_form(couple: Pair, services: Services) -> None:
    ask(couple.anna, weekdays=["TU"])
    find_a_time(services)
    start = times(see(couple.anna))[0]
    page = couple.anna.post("/offers/choice", data=filled(weekdays=["TU"], start=start)).text
    local = datetime.fromisoformat(start).astimezone(UTC)
    assert f'value="{local:%Y-%m-%d}"' in page
    assert re.search(rf'name="time" value="{(local.hour + 1) % 24:02}:{local:%M}"', page)
    chosen = re.findall(r'name="weekdays" value="(..)"[^>]* checked', page)
    assert chosen == [list(Weekday)[local.weekday()].value]
    assert LINE in page
    assert plans(couple.anna) == []


def test_a_start_that_was_not_offered_changes_nothing(couple: Pair, services: Services) -> None:
    ask(couple.anna)
    find_a_time(services)
    for start in ("2027-03-03T18:01:00+00:00", "nonsense", ""):
        page = couple.anna.post("/offers/choice", data=filled(start=start)).text
        assert 'name="time" value="07:30"' in page


def test_where_there_are_none_the_words_say_nothing_of_why(couple: Pair, services: Services) -> None:
    for partner_id in (couple.anna_id, couple.ben_id):
        with services.database.writing() as session:
            day = Weekday.MONDAY if partner_id == couple.anna_id else Weekday.TUESDAY
            RitualHours.set(session, session.get_one(Partner, partner_id), {day: (600, 700)})
    ask(couple.anna)
    find_a_time(services)
    assert "we have no three times to offer. That can have many reasons" in words(see(couple.anna))


def test_one_is_told_of_ones_own_calendars_alone(couple: Pair, services: Services) -> None:
    """That the other's are not looked at either is for nobody to see."""
    ask(couple.anna)
    find_a_time(services)
    before = see(couple.anna)
    assert "None of your own calendars is looked at" in words(before)
    with services.database.writing() as session:
        ben = session.get_one(Partner, couple.ben_id)
        IcsAddress.add(session, ben, "https://work.example/b.ics", services.vault, services.clock(), name="Work")
    assert words(see(couple.anna)) == words(before)
    assert "None of your own" not in words(see(couple.ben))


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Choose a day first"),
        ("2027-02-10", "That week is over."),
        ("2027-08-10", "more than eight weeks away"),
        ("9999-12-31", "Choose a day first"),
    ],
)
def test_a_day_that_does_not_fit_is_said_beside_its_field(couple: Pair, day: str, sentence: str) -> None:
    answer = couple.anna.post("/offers", data=filled(date=day))
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert LINE in answer.text


def test_it_can_be_asked_for_another_wording_as_well(couple: Pair, services: Services) -> None:
    plan_id = agree(couple)
    page = ask(couple.ben, plan=plan_id, seen="1")
    assert "Suggest it to Anna" in page
    assert "We are looking" in words(page)


def test_another_couples_plan_is_not_found(couple: Pair, other_couple: Pair) -> None:
    theirs = agree(other_couple)
    assert couple.anna.post("/offers", data=filled(plan=theirs)).status_code == 404
    assert couple.anna.post("/offers/choice", data=filled(plan=theirs)).status_code == 404
