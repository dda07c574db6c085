"""Stretches of time: merged, where two have some in common, and what is left of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rituals.stretch import Stretch, common, merged, without


def stretches(*hours: tuple[int, int]) -> list[Stretch]:
    return [Stretch(datetime.fromtimestamp(3600 * a, UTC), datetime.fromtimestamp(3600 * b, UTC)) for a, b in hours]


def hours(found: list[Stretch]) -> set[int]:
    return {
        hour
        for one in found
        for hour in range(int(one.starts_at.timestamp()) // 3600, int(one.ends_at.timestamp()) // 3600)
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([(5, 6), (1, 2)], [(1, 2), (5, 6)]),
        ([(1, 3), (2, 4)], [(1, 4)]),
        ([(1, 2), (2, 3)], [(1, 3)]),
        ([(1, 9), (2, 3)], [(1, 9)]),
        ([(4, 4), (7, 6)], []),
    ],
)
def test_what_touches_is_one(given: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert merged(stretches(*given)) == stretches(*expected)


some = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12).map(
    lambda pairs: merged(stretches(*pairs))
)


@given(some, some)
def test_hour_by_hour_it_is_the_same(first: list[Stretch], second: list[Stretch]) -> None:
    assert hours(common(first, second)) == hours(first) & hours(second)
    assert hours(without(first, second)) == hours(first) - hours(second)
    assert merged(without(first, second)) == without(first, second)
