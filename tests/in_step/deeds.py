"""What may happen in a household, and how time goes by."""

from dataclasses import dataclass
from typing import Protocol

from tests.in_step.dates import HOUR
from tests.in_step.household import BOTH, Household
from tests.in_step.promises import check


class Deed(Protocol):
    def __call__(self, home: Household) -> None: ...


@dataclass(frozen=True, slots=True)
class Pass:
    """Time goes by, with nobody at work."""

    hours: int = 1

    def __call__(self, home: Household) -> None:
        home.let_pass(self.hours * HOUR)


@dataclass(frozen=True, slots=True)
class Work:
    """Whatever is due has its turn; `look` as after a quarter of an hour, when both calendars are read."""

    look: bool = True

    def __call__(self, home: Household) -> None:
        if self.look:
            home.look()
        else:
            home.turns()


@dataclass(frozen=True, slots=True)
class MoveHouse:
    """Connect another calendar."""

    who: int = 0

    def __call__(self, home: Household) -> None:
        home.move_house(BOTH[self.who])


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing disturbs for a while, and all must be well."""

    def __call__(self, home: Household) -> None:
        home.rest()
        check(home)
        home.wishes.settle()


@dataclass(frozen=True, slots=True)
class Reconnect:
    who: int = 0

    def __call__(self, home: Household) -> None:
        home.roads[BOTH[self.who]].is_closed = False
        home.link(BOTH[self.who])
