"""'Find a time': asked in a page, found by a job, and the same for both."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.couple import Partner
from rituals.ics_address import IcsAddress
from rituals.leaving import leave
from rituals.offer import Offer, OfferState
from rituals.private_block import PrivateBlock
from rituals.ritual_hours import RitualHours
from rituals.rule import Weekday
from rituals.stretch import Stretch
from service.jobs.free_time import find_a_time
from service.jobs.looking_ahead import try_an_address
from tests.fake_addresses import FakeAddresses
from tests.service.workday import ANA, BEN, RITUAL, Pair, Workday

WORK = "https://work.example/ana.ics"
A_DAY = date(2027, 3, 10)
WEDNESDAY = {Weekday.WEDNESDAY: (18 * 60, 21 * 60)}
SIX, SEVEN, EIGHT, NINE = (datetime(2027, 3, 10, hour, tzinfo=UTC) for hour in (17, 18, 19, 20))
"""By the clock in Berlin, where both are open from six to nine on Wednesdays."""


@pytest.fixture
def addresses(day: Workday) -> FakeAddresses:
    fake = FakeAddresses()
    day.services = replace(day.services, addresses=fake)
    return fake


@pytest.fixture
def wednesdays(addresses: FakeAddresses, pair: Pair) -> Pair:
    for address in (ANA, BEN):
        with pair.acting(address) as act:
            RitualHours.set(act.session, act.by, WEDNESDAY)
    return pair


def add_address(pair: Pair, address: str = WORK, of: str = ANA) -> None:
    with pair.acting(of) as act:
        IcsAddress.add(act.session, act.by, address, pair.day.services.vault, act.now, name="Work")


def ask(pair: Pair, by: str = ANA, minutes: int = 60) -> None:
    with pair.acting(by) as act:
        Offer.ask(act, RITUAL, minutes, A_DAY)


def offer(pair: Pair) -> Offer:
    with pair.acting(ANA) as act:
        found = Offer.known(act.session, act.couple, RITUAL, A_DAY)
        assert found is not None
        return found


def found(pair: Pair, minutes: int = 60) -> list[datetime]:
    ask(pair, minutes=minutes)
    assert find_a_time(pair.day.services)
    return [datetime.fromisoformat(one) for one in offer(pair).starts]


def test_three_are_found_in_the_hours_of_both(wednesdays: Pair) -> None:
    starts = found(wednesdays)
    assert len(set(starts)) == 3
    assert all(SIX <= start <= EIGHT for start in starts)


def test_nothing_is_left_to_find(wednesdays: Pair) -> None:
    found(wednesdays)
    assert not find_a_time(wednesdays.day.services)


def test_nothing_is_offered_where_somebody_is_taken(wednesdays: Pair, addresses: FakeAddresses) -> None:
    """Whoever it is: from 19:30 on, there are three quarters left at which an hour begins."""
    for of in (ANA, BEN):
        add_address(wednesdays, f"https://work.example/{of}.ics", of)
    addresses.taken[f"https://work.example/{ANA}.ics"] = [Stretch(EIGHT, NINE)]
    addresses.taken[f"https://work.example/{BEN}.ics"] = [Stretch(SEVEN + timedelta(minutes=30), EIGHT)]
    assert found(wednesdays) == [SIX, SIX + timedelta(minutes=15), SIX + timedelta(minutes=30)]


def test_nothing_is_offered_in_a_private_block(wednesdays: Pair) -> None:
    with wednesdays.acting(BEN) as act:
        PrivateBlock.keep(act.session, act.by, datetime(2027, 3, 10, 19, 30), datetime(2027, 3, 11), act.now)
    assert found(wednesdays) == [SIX, SIX + timedelta(minutes=15), SIX + timedelta(minutes=30)]


def test_nothing_is_offered_where_another_ritual_stands(wednesdays: Pair) -> None:
    wednesdays.agree(SEVEN + timedelta(minutes=30), minutes=90)
    assert found(wednesdays) == [SIX, SIX + timedelta(minutes=15), SIX + timedelta(minutes=30)]


def test_fewer_than_three_are_nothing(wednesdays: Pair) -> None:
    assert found(wednesdays, minutes=170) == []
    assert offer(wednesdays).state == OfferState.NOTHING


def test_what_becomes_free_later_changes_no_answer(wednesdays: Pair, addresses: FakeAddresses) -> None:
    add_address(wednesdays)
    addresses.taken[WORK] = [Stretch(SIX, NINE)]
    assert found(wednesdays) == []
    addresses.taken[WORK] = []
    ask(wednesdays, BEN)
    assert not find_a_time(wednesdays.day.services)
    assert offer(wednesdays).state == OfferState.NOTHING


def test_a_calendar_that_does_not_answer_is_asked_again_for_a_while(wednesdays: Pair, addresses: FakeAddresses) -> None:
    add_address(wednesdays)
    addresses.taken[WORK] = CalendarError("not now", Trouble.UNREACHABLE)
    ask(wednesdays)
    for _ in range(3):
        assert find_a_time(wednesdays.day.services)
        assert offer(wednesdays).state == OfferState.ASKED
        assert not find_a_time(wednesdays.day.services)
        wednesdays.day.clock.advance(timedelta(minutes=2))
    assert find_a_time(wednesdays.day.services)
    assert offer(wednesdays).state == OfferState.FOUND
    assert addresses.asked == [WORK] * 4


def test_a_calendar_that_only_its_owner_can_mend_keeps_nobody_waiting(
    wednesdays: Pair, addresses: FakeAddresses
) -> None:
    add_address(wednesdays)
    addresses.taken[WORK] = CalendarError("gone", Trouble.GONE)
    assert len(found(wednesdays)) == 3
    with wednesdays.acting(ANA) as act:
        (row,) = IcsAddress.all_of(act.session, act.by)
        assert (row.trouble, row.read_at) == (Trouble.GONE, None)


def test_a_server_is_not_asked_again_sooner_than_it_wishes(wednesdays: Pair, addresses: FakeAddresses) -> None:
    add_address(wednesdays)
    addresses.taken[WORK] = CalendarError("not now", Trouble.BUSY, retry_after=timedelta(hours=1))
    assert len(found(wednesdays)) == 3
    assert addresses.asked == [WORK]


def test_who_leaves_lets_nobody_look_any_more(wednesdays: Pair) -> None:
    add_address(wednesdays)
    add_address(wednesdays, "https://work.example/ben.ics", BEN)
    with wednesdays.acting(ANA) as act:
        leave(act.session, act.by, act.now, events_stay=True)
    with wednesdays.day.services.database.reading() as session:
        assert [row.partner.name for row in session.scalars(select(IcsAddress))] == ["Ben"]


def test_a_new_address_is_tried_at_once(wednesdays: Pair, addresses: FakeAddresses) -> None:
    add_address(wednesdays)
    addresses.taken[WORK] = []
    assert try_an_address(wednesdays.day.services)
    assert not try_an_address(wednesdays.day.services)
    with wednesdays.acting(ANA) as act:
        (row,) = IcsAddress.all_of(act.session, act.by)
        assert (row.trouble, row.read_at) == (None, act.now)


def test_a_space_that_was_left_meanwhile_finds_nothing(wednesdays: Pair, addresses: FakeAddresses) -> None:
    add_address(wednesdays)
    ask(wednesdays)
    asked = offer(wednesdays).id
    with wednesdays.acting(BEN) as act:
        leave(act.session, act.by, act.now, events_stay=True)
    assert find_a_time(wednesdays.day.services)
    with wednesdays.day.services.database.reading() as session:
        assert session.get_one(Offer, asked).state == OfferState.NOTHING
    assert addresses.asked == []


def test_addresses_are_sealed(wednesdays: Pair) -> None:
    add_address(wednesdays)
    with wednesdays.day.services.database.reading() as session:
        partner = Partner.with_address(session, ANA)
        assert partner is not None
        (row,) = IcsAddress.all_of(session, partner)
        assert b"work.example" not in row.sealed
        assert "work.example" not in row.digest
        assert row.address(wednesdays.day.services.vault) == WORK
