"""'Find a time': one answer for a ritual and week, whoever asks and however often."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rituals.offer import A_WEEK_AT_MOST, Offer, OfferState
from rituals.refused import RefusedError
from tests.rituals.households import Household

A_WEDNESDAY, ITS_SUNDAY, NEXT_MONDAY = date(2027, 3, 10), date(2027, 3, 14), date(2027, 3, 15)
STARTS = [datetime(2027, 3, day, 18, tzinfo=UTC) for day in (10, 12, 13)]


def ask(home: Household, day: date = A_WEDNESDAY, ritual: str = "check-in") -> Offer:
    return Offer.ask(home.act(home.ana), ritual, 45, day)


def test_both_ask_and_the_answer_is_one(home: Household) -> None:
    first = ask(home)
    assert Offer.ask(home.act(home.ben), "check-in", 90, ITS_SUNDAY) is first
    assert first.minutes == 45
    assert ask(home, NEXT_MONDAY) is not first


def test_what_was_found_first_stays(home: Household) -> None:
    offer = ask(home)
    offer.fill(STARTS)
    offer.fill([])
    offer.fill([one + timedelta(hours=1) for one in STARTS])
    assert (offer.state, offer.ahead(home.now)) == (OfferState.FOUND, STARTS)
    assert ask(home).ahead(home.now) == STARTS


def test_a_start_that_has_come_is_not_offered_and_none_takes_its_place(home: Household) -> None:
    offer = ask(home)
    offer.fill(STARTS)
    assert offer.ahead(STARTS[0] - timedelta(hours=1)) == STARTS[1:]


def test_nothing_found_is_an_answer_as_well(home: Household) -> None:
    offer = ask(home)
    offer.fill([])
    assert (ask(home).state, offer.look_at) == (OfferState.NOTHING, None)


def test_it_is_the_week_of_the_one_who_asks(home: Household) -> None:
    offer = ask(home)
    assert offer.since_at == datetime(2027, 3, 7, 23, tzinfo=UTC)
    assert offer.until_at == datetime(2027, 3, 14, 23, tzinfo=UTC)
    assert offer.window(home.now) == (offer.since_at, offer.until_at)
    late = offer.since_at + timedelta(days=2)
    assert offer.window(late) == (late + timedelta(hours=2), offer.until_at)


@pytest.mark.parametrize("day", [date(2027, 2, 28), date(2027, 5, 10)])
def test_weeks_that_are_over_or_far_away_are_refused(home: Household, day: date) -> None:
    with pytest.raises(RefusedError) as caught:
        ask(home, day)
    assert caught.value.field == "date"


def test_for_one_week_a_few_rituals_are_enough(home: Household) -> None:
    for number in range(A_WEEK_AT_MOST):
        ask(home, ritual=f"ritual-{number}")
    with pytest.raises(RefusedError):
        ask(home, ritual="one-more")
    assert ask(home, ritual="ritual-0").ritual == "ritual-0"
    assert ask(home, NEXT_MONDAY, "one-more").week == NEXT_MONDAY


def test_one_at_a_time_is_claimed_and_comes_round_again(home: Household) -> None:
    offer = ask(home)
    assert Offer.claim(home.session, home.now) is offer
    home.session.flush()
    assert Offer.claim(home.session, home.now) is None
    assert Offer.claim(home.session, home.now + timedelta(minutes=3)) is offer
    offer.fill(STARTS)
    home.session.flush()
    assert Offer.claim(home.session, home.now + timedelta(minutes=9)) is None


def test_a_couple_whose_calendars_are_slow_has_one_looked_for_at_a_time(home: Household) -> None:
    first, second = ask(home), ask(home, NEXT_MONDAY)
    others = ask(Household.begin(home.session, ("cleo", "dan")))
    claimed = []
    for _ in range(3):
        claimed.append(Offer.claim(home.session, home.now))
        home.session.flush()
    assert claimed == [first, others, None]
    first.fill(STARTS)
    home.session.flush()
    assert Offer.claim(home.session, home.now) is second


def test_weeks_that_are_long_over_are_forgotten(home: Household) -> None:
    offer = ask(home)
    Offer.forget(home.session, offer.until_at + timedelta(days=1))
    assert Offer.known(home.session, home.couple, "check-in", A_WEDNESDAY) is not None
    Offer.forget(home.session, offer.until_at + timedelta(days=8))
    assert Offer.known(home.session, home.couple, "check-in", A_WEDNESDAY) is None
