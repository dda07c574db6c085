"""The threads that look for free time: a calendar that hangs, or a bug in reading one, stops nobody else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Event
from time import monotonic

import pytest

from rituals.act import Act
from rituals.couple import form_couple
from rituals.ics_address import IcsAddress
from rituals.offer import Offer, OfferState
from rituals.signin import welcome
from rituals.stretch import Stretch
from service.jobs.seeking import Seekers
from tests.service.workday import ANA, RITUAL, Pair, Workday

HANGS, BREAKS = "https://hangs.example/", "https://breaks.example/"
OTHERS = ("cleo@example.org", "dan@example.org")
A_DAY = date(2027, 3, 10)
SOON = timedelta(milliseconds=10)


@dataclass(slots=True)
class Odd:
    """One address never answers until it is let go, another meets a mistake of ours."""

    let_go: Event = field(default_factory=Event)
    asked: Event = field(default_factory=Event)

    def check(self, address: str) -> str:
        return address

    def busy(self, address: str, starts_at: datetime, ends_at: datetime, *, zone: str, owner: str) -> Sequence[Stretch]:
        self.asked.set()
        if address == BREAKS:
            raise RuntimeError("a mistake of ours")
        self.let_go.wait(20)
        return ()


@pytest.fixture
def odd(day: Workday) -> Odd:
    odd = Odd()
    day.services = replace(day.services, addresses=odd)
    return odd


@pytest.fixture
def seekers(day: Workday, odd: Odd) -> Iterator[Seekers]:
    seekers = Seekers(day.services, rest=SOON)
    yield seekers
    odd.let_go.set()
    seekers.stop()


def others_ask(day: Workday) -> int:
    """Cleo and Dan, who let no calendar be looked at."""
    with day.services.database.writing() as session:
        cleo, dan = (welcome(session, address, day.clock()) for address in OTHERS)
        for partner in (cleo, dan):
            partner.introduce(name="Cleo", zone="Europe/Berlin")
        form_couple(session, cleo, dan, day.clock())
        return Offer.ask(Act(session, cleo, day.clock()), RITUAL, 45, A_DAY).id


def ask_with(pair: Pair, address: str) -> None:
    with pair.acting(ANA) as act:
        row = IcsAddress.add(act.session, act.by, address, pair.day.services.vault, act.now, name="Work")
        row.look_at = None
        Offer.ask(act, RITUAL, 45, A_DAY)


def state(day: Workday, offer_id: int) -> OfferState:
    with day.services.database.reading() as session:
        return session.get_one(Offer, offer_id).state


def soon(happens: Callable[[], bool]) -> bool:
    deadline = monotonic() + 10
    while not happens() and monotonic() < deadline:
        Event().wait(0.005)
    return happens()


@pytest.mark.parametrize("address", [HANGS, BREAKS])
def test_another_couples_time_is_found_meanwhile(
    day: Workday, pair: Pair, odd: Odd, seekers: Seekers, address: str
) -> None:
    ask_with(pair, address)
    seekers.start()
    assert odd.asked.wait(10)
    theirs = others_ask(day)
    assert soon(lambda: state(day, theirs) == OfferState.FOUND)


def test_the_worker_does_not_wait_for_a_calendar_that_hangs(
    day: Workday, pair: Pair, odd: Odd, seekers: Seekers
) -> None:
    ask_with(pair, HANGS)
    seekers.start()
    assert odd.asked.wait(10)
    begun = monotonic()
    seekers.stop()
    assert monotonic() - begun < 5
