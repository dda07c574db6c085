"""Simulated weeks of two people, for what an offer tells of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from rituals.free_time import GRID

DAYS, SLOTS = 7, 20
"""Five hours an evening, in quarters."""
FIRST = datetime(2027, 3, 1, 17, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Week:
    """Starts, numbered: those that are free for the asker, and those that are for both."""

    mine: set[int]
    both: set[int]

    @classmethod
    def drawn(cls, random: Random) -> "Week":
        mine, theirs = _free(random), _free(random)
        return cls(mine, mine & theirs)

    def evenings(self) -> Iterator[set[int]]:
        for day in range(DAYS):
            yield set(range(day * SLOTS, (day + 1) * SLOTS))


def starts_of(numbers: set[int]) -> dict[int, datetime]:
    return {number: FIRST + timedelta(days=number // SLOTS) + (number % SLOTS) * GRID for number in sorted(numbers)}


def _free(random: Random) -> set[int]:
    """Starts of a ritual of 45 minutes. Most evenings have something in them, some are gone as a whole."""
    free: set[int] = set()
    for day in range(DAYS):
        evening = list(range(day * SLOTS, (day + 1) * SLOTS))
        if random.random() < 0.4:
            continue
        since = random.randrange(SLOTS)
        taken = set(evening[since : since + random.choice([0, 6, 8, 10, 14])])
        free |= set(evening) - taken
    return {start for start in free if {start, start + 1, start + 2} <= free and start % SLOTS <= SLOTS - 3}
