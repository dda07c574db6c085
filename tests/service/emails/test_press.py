"""The press: whatever is said to whomever, its bytes are those of a letter written alone."""

import pytest

from rituals.bag import draw
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.ritual import Ritual
from service.emails.desk import Desk
from service.emails.mime import compose
from service.emails.occasion import Occasion
from service.emails.prompt import Press, prompt
from service.links import Links
from service.settings import Sender
from tests.rituals.households import Household, terms
from tests.service.emails.reading import CATALOGUE

CLOSINGS = [
    "",
    "You and me & <b>this evening</b>.",
    "100 % of 'us', \"always\" %(did_url)s %s {{ leave_url }}",
    "Tee für zwei 🫖 = Liebe. " * 8,
    "https://example.org/?a=b&c=d .",
]
PLACES = ["in another room", "in the drawer % <under> the “tea”"]


@pytest.fixture
def press(desk: Desk) -> Press:
    return Press(desk)


def occurrence_of(home: Household, ritual: Ritual) -> Occurrence:
    home.forms += 1
    plan = Plan.propose(home.act(home.ana), ritual, terms(), form_key=f"f{home.forms}")
    plan.accept(home.act(home.ben), 1)
    occurrence = home.occurrences(plan)[0]
    draw(home.session, plan, occurrence, ritual)
    return occurrence


def printed_as_written(desk: Desk, press: Press, occurrence: Occurrence, ritual: Ritual) -> bool:
    return all(
        press.compose(Occasion.of(delivery), ritual, occurrence.prompt or {}) == compose(prompt(desk, delivery, ritual))
        for delivery in occurrence.deliveries
    )


@pytest.mark.parametrize("ritual", CATALOGUE, ids=lambda ritual: ritual.slug)
def test_every_prompt_of_a_deck_for_two_zones(home: Household, desk: Desk, press: Press, ritual: Ritual) -> None:
    occurrence = occurrence_of(home, ritual)
    for drawn in ritual.prompts:
        occurrence.prompt = {"question": drawn.question, "deeper": list(drawn.deeper)}
        if drawn.idea:
            occurrence.prompt["idea"] = drawn.idea.text
        assert printed_as_written(desk, press, occurrence, ritual)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("closing", CLOSINGS)
def test_what_two_call_their_own(home: Household, desk: Desk, press: Press, closing: str, place: str) -> None:
    check_in = CATALOGUE["weekly-check-in"]
    occurrence = occurrence_of(home, check_in)
    home.couple.closing_line, home.couple.phone_place = closing, place
    assert printed_as_written(desk, press, occurrence, check_in)
    home.ana.plain_titles = True
    assert printed_as_written(desk, press, occurrence, check_in)


def test_many_couples_from_the_same_mould(home: Household, desk: Desk, press: Press) -> None:
    check_in = CATALOGUE["weekly-check-in"]
    for names in (("cleo", "dan"), ("eve", "fay"), ("gil", "hal")):
        occurrence = occurrence_of(Household.begin(home.session, names), check_in)
        occurrence.prompt = {"question": "What made you laugh?", "deeper": []}
        assert printed_as_written(desk, press, occurrence, check_in)


def test_a_service_with_a_peculiar_address(home: Household) -> None:
    check_in = CATALOGUE["weekly-check-in"]
    links = Links(["a-key-that-is-only-good-for-tests-0123456789"], "https://rituals.example.org/a&b'c=20%41")
    desk = Desk.set_up(Sender("Side 100% by Side", "rituals@example.org"), links, CATALOGUE)
    assert printed_as_written(desk, Press(desk), occurrence_of(home, check_in), check_in)


@pytest.mark.parametrize("address", ["not an address", "a@b\r\nBcc: eve@example.org", "ü@example.org", "a%s@b c"])
def test_an_address_that_cannot_stand_in_a_header_is_refused(home: Household, press: Press, address: str) -> None:
    check_in = CATALOGUE["weekly-check-in"]
    occurrence = occurrence_of(home, check_in)
    delivery = occurrence.deliveries[0]
    delivery.partner.address = address
    with home.session.no_autoflush, pytest.raises(ValueError, match="header"):
        press.compose(Occasion.of(delivery), check_in, occurrence.prompt or {})
    home.session.refresh(delivery.partner)
