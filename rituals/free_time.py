"""When two people could meet, and the three starts that are offered of it.

An offer must not become a window into the other's calendar. So it is three, drawn at random and kept for the
ritual and week, out of all of both partners' ritual hours; and where there are fewer it is none, as where
nothing is known. Whatever is nicer (the soonest, one an evening, none that overlap, all of them) tells more:
tests/rituals/test_what_offers_tell.py counts how much.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from rituals.stretch import Stretch, common, merged, without

GRID = timedelta(minutes=15)
OFFERED = 3


def free_for_both(open_to: Sequence[Sequence[Stretch]], taken: Iterable[Stretch]) -> list[Stretch]:
    """Where each partner's ritual hours are, and neither is taken."""
    first, *others = (merged(hours) for hours in open_to)
    for hours in others:
        first = common(first, hours)
    return without(first, merged(taken))


def starts_in(free: Iterable[Stretch], length: timedelta) -> Iterator[datetime]:
    """Every quarter of an hour at which something so long could begin."""
    for one in free:
        start = _on_grid(one.starts_at)
        while start + length <= one.ends_at:
            yield start
            start += GRID


def draw(starts: Sequence[datetime], random: Random) -> tuple[datetime, ...]:
    """Three of them in order, each as likely as any; none if there are no three."""
    return tuple(sorted(random.sample(starts, OFFERED))) if len(starts) >= OFFERED else ()


def _on_grid(at: datetime) -> datetime:
    seconds, grid = int(at.timestamp()), int(GRID.total_seconds())
    return datetime.fromtimestamp(-(-seconds // grid) * grid, UTC)
