"""Parcels that wait for a sender: in turn, announced, taken over, and given back."""

from datetime import UTC, datetime
from threading import Thread

import pytest

from rituals.delivery import Delivery
from rituals.errand import Lease
from rituals.interfaces import Envelope
from service.jobs.parcel import Parcel
from service.jobs.shelf import OVERDUE, Shelf
from service.threads import Threads
from tests.fakes import A_MONDAY, FakeClock

LATER = datetime(2028, 1, 1, tzinfo=UTC)


def parcel(number: int) -> Parcel:
    return Parcel(
        kind=Delivery,
        row_id=number,
        partner_id=None,
        envelope=Envelope("a@example.org", "b@example.org", b""),
        lease=Lease(1, LATER),
        due_at=A_MONDAY,
        expires_at=LATER,
        attempts=1,
        copies=0,
    )


ONE, TWO, THREE = parcel(1), parcel(2), parcel(3)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def shelf(clock: FakeClock) -> Shelf:
    shelf = Shelf(Threads(elapsed=clock.elapsed), room=2)
    for each in (ONE, TWO, THREE):
        shelf.add(each)
    return shelf


def test_parcels_go_in_their_order(shelf: Shelf) -> None:
    assert [shelf.take(1), shelf.take(2), shelf.take(1), shelf.take(1)] == [ONE, TWO, THREE, None]


def test_what_one_sender_announced_is_taken_by_that_one(shelf: Shelf) -> None:
    assert shelf.announce(1) == ONE
    assert [shelf.take(2), shelf.take(1), shelf.take(1)] == [TWO, ONE, THREE]


def test_what_was_announced_too_long_ago_goes_with_another(shelf: Shelf, clock: FakeClock) -> None:
    assert shelf.announce(1) == ONE
    clock.now = datetime.fromtimestamp(clock.elapsed() + OVERDUE + 0.1, UTC)
    assert [shelf.take(2), shelf.take(1)] == [ONE, TWO]


def test_what_is_let_go_or_put_back_is_the_next_again(shelf: Shelf) -> None:
    first = shelf.take(1)
    assert first == ONE
    assert shelf.announce(1) == TWO
    shelf.let_go(1)
    shelf.put_back(ONE)
    assert [shelf.take(2), shelf.take(2)] == [ONE, TWO]


def test_who_waits_is_woken_by_a_parcel_and_sent_home_at_the_end() -> None:
    shelf = Shelf(Threads(), room=2)
    found: list[bool] = []
    waiting = Thread(target=lambda: found.append(shelf.wait(1, 10)))
    waiting.start()
    shelf.add(ONE)
    waiting.join(5)
    assert found == [True]
    shelf.take(1)
    shelf.close()
    assert shelf.wait(1, 10) is False
