"""How much of a partner's calendar an offer gives away, over simulated weeks.

The asker knows their own free starts, and the rules. A start is known to be taken for the other where it was
never offered although, had it been free, it would have been with a probability of 99 %; or where the rules
alone leave no other reading.
"""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from rituals.free_time import OFFERED, draw
from tests.rituals.offers import Week, starts_of

WEEKS = 150
QUERIES = 60
CERTAIN = 0.01
"""The chance of being wrong that still counts as knowing."""


Ask = Callable[[Week, Random], set[int]]
"""An asker: the starts of the other that they know to be taken."""


def all_of_them(week: Week, _random: Random) -> set[int]:
    return week.mine - week.both


def the_first_three(week: Week, _random: Random) -> set[int]:
    """Whatever is free for me before the last that is offered, and is not offered itself, is taken."""
    first = sorted(week.both)[:OFFERED]
    if len(first) < OFFERED:
        return set()
    return {start for start in week.mine if start < first[-1]} - set(first)


def fresh_each_time(week: Week, random: Random) -> set[int]:
    seen: set[int] = set()
    for _ in range(QUERIES):
        seen |= drawn(week.both, random)
    return unlikely_free(week.mine, seen, QUERIES)


def pinned(week: Week, random: Random) -> set[int]:
    """Sixty questions, one and the same answer."""
    return unlikely_free(week.mine, drawn(week.both, random), 1)


def pinned_for_each_of_three_rituals(week: Week, random: Random) -> set[int]:
    """As many as are answered for one week: see Offer."""
    seen: set[int] = set()
    for _ in range(3):
        seen |= drawn(week.both, random)
    return unlikely_free(week.mine, seen, 3)


def narrowed_to_an_evening(week: Week, random: Random) -> set[int]:
    """Pinned, but each evening by itself, and all that there are where they are fewer than three."""
    known: set[int] = set()
    for evening in week.evenings():
        both, mine = week.both & evening, week.mine & evening
        offered = both if len(both) < OFFERED else drawn(both, random)
        known |= mine - both if len(both) < OFFERED else unlikely_free(mine, offered, 1)
    return known


def drawn(both: set[int], random: Random) -> set[int]:
    at = {start: number for number, start in starts_of(both).items()}
    return {at[start] for start in draw(sorted(at), random)}


def unlikely_free(mine: set[int], seen: set[int], queries: int) -> set[int]:
    """Not seen in so many draws, out of one more than were seen."""
    if not seen:
        return set()
    chance = (1 - OFFERED / (len(seen) + 1)) ** queries
    return mine - seen if chance < CERTAIN else set()


def share_known(ask: Ask) -> float:
    random = Random(20270301)
    known = there = 0
    for week in weeks(random):
        taken = week.mine - week.both
        known += len(ask(week, random) & taken)
        there += len(taken)
    return known / there


def weeks(random: Random) -> Iterator[Week]:
    for _ in range(WEEKS):
        yield Week.drawn(random)


@pytest.mark.parametrize("ask", [pinned, pinned_for_each_of_three_rituals])
def test_what_is_offered_tells_nothing_for_certain(ask: Ask) -> None:
    assert share_known(ask) == 0


@pytest.mark.parametrize(
    ("ask", "at_least"),
    [(the_first_three, 0.1), (narrowed_to_an_evening, 0.3), (fresh_each_time, 0.6), (all_of_them, 1)],
)
def test_what_would_be_nicer_tells_much(ask: Ask, at_least: float) -> None:
    assert share_known(ask) >= at_least
