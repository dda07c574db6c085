"""What `./run calendars check` says, and that it changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from rituals.calendar_interfaces import CalendarError, Trouble
from service.jobs.calendar_check import check
from tests.service.linked_pair import LinkedPair
from tests.service.workday import ANA, BEN, Pair, Workday

SUNDAY = datetime(2027, 3, 7, 18, tzinfo=UTC)
SECOND = datetime(2027, 3, 14, 19)


@pytest.fixture
def both(day: Workday, pair: Pair) -> LinkedPair:
    return LinkedPair.connect(day, pair)


def said(both: LinkedPair, address: str) -> list[str]:
    return list(check(both.day.services, address))


def test_a_calendar_in_step_would_not_change(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    health, said_of_it = said(both, ANA)
    assert health.startswith("google: read 2027-03-01 09:00 UTC, written 2027-03-01 09:00 UTC")
    assert said_of_it == "It is in step: nothing would change."


def test_it_names_what_would_come_in_and_what_would_go_out(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(BEN).move_date(uid, SECOND, SECOND + timedelta(hours=1))
    with both.pair.acting(ANA) as act:
        both.occurrence_at(act, uid, SECOND + timedelta(days=7)).skip(act)
    before = both.calendar(BEN).writes, both.plan(uid).sequence
    lines = said(both, BEN)[1:]
    assert lines == [
        f"from it: plan {both.plan(uid).id}: {SECOND} was moved to {SECOND + timedelta(hours=1)}",
        f"to it: plan {both.plan(uid).id}: written anew",
    ]
    assert (both.calendar(BEN).writes, both.plan(uid).sequence) == before


def test_what_cannot_be_read_is_a_sentence(both: LinkedPair) -> None:
    both.calendar(ANA).before = lambda _call: CalendarError("503", Trouble.BUSY)
    assert said(both, ANA)[1:] == ["It cannot be read: busy (503)."]


def test_nobody_has_no_calendar(both: LinkedPair) -> None:
    assert said(both, "nobody@example.org") == ["There is no connected calendar at this address."]
