"""What goes wrong on a road, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from rituals.calendar_interfaces import Trouble
from tests.in_step.deeds import Deed
from tests.in_step.household import BOTH, Household
from tests.in_step.road import Bump, Leg, Road, dies, fails


class What(StrEnum):
    DIES = "dies"
    UNREACHED = "unreached"
    BUSY = "busy"
    STALLS = "stalls"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Mishap:
    """At the n-th call from now, on its way there or back."""

    what: What
    who: int = 0
    calls: int = 0
    leg: Leg = Leg.BACK

    def __call__(self, home: Household) -> None:
        road = home.roads[BOTH[self.who]]
        if self.what == What.STALLS and self.leg == Leg.MIDDLE:
            return  # every call ends within its deadline, which is shorter than a lease
        if road.halve is not None and self.leg == Leg.MIDDLE:
            road.halve(self.calls)
            return
        road.bumps.append(Bump(self.leg, self.calls, self._happens(home, road)))

    def _happens(self, home: Household, road: Road) -> Callable[[], object]:
        match self.what:
            case What.DIES:
                return dies
            case What.UNREACHED:
                return fails(Trouble.UNREACHABLE)
            case What.BUSY:
                return fails(Trouble.BUSY, timedelta(minutes=7))
            case What.STALLS:
                return home.outlive_a_lease
            case What.REVOKED:
                return lambda: _revoke(road)


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """While a call is on its way, somebody does something."""

    deed: Deed
    who: int = 0
    calls: int = 0
    leg: Leg = Leg.THERE

    def __call__(self, home: Household) -> None:
        home.roads[BOTH[self.who]].bumps.append(Bump(self.leg, self.calls, lambda: self.deed(home)))


@dataclass(frozen=True, slots=True)
class OldToken:
    """The next listing is a whole one; with `lacks`, it is cut short."""

    who: int = 0
    lacks: int | None = None

    def __call__(self, home: Household) -> None:
        road = home.roads[BOTH[self.who]]
        road.old_token, road.cut = True, self.lacks


@dataclass(frozen=True, slots=True)
class Lie:
    """The next listing says of an event that stands that it is gone."""

    who: int = 0
    plan: int = 0

    def __call__(self, home: Household) -> None:
        there = [uid for uid in home.uids if uid in home.shown(BOTH[self.who])]
        if there:
            home.roads[BOTH[self.who]].lie = there[self.plan % len(there)]


@dataclass(frozen=True, slots=True)
class Delay:
    """The next put is done only so many calls later, when nobody waits for it any more."""

    who: int = 0
    calls: int = 0

    def __call__(self, home: Household) -> None:
        home.roads[BOTH[self.who]].delays = self.calls


def _revoke(road: Road) -> None:
    road.is_closed = road.is_out_of_reach = True
    fails(Trouble.RECONNECT)()
