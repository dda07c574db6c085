"""A stretch of time between two moments, and what can be done with several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Stretch:
    starts_at: datetime
    ends_at: datetime

    def is_within(self, other: Self) -> bool:
        return other.starts_at <= self.starts_at and self.ends_at <= other.ends_at


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, and one where several touch; what has no length is dropped."""
    kept: list[Stretch] = []
    for one in sorted(stretches, key=lambda one: one.starts_at):
        if one.starts_at >= one.ends_at:
            continue
        if kept and one.starts_at <= kept[-1].ends_at:
            kept[-1] = Stretch(kept[-1].starts_at, max(kept[-1].ends_at, one.ends_at))
        else:
            kept.append(one)
    return kept


def common(first: Sequence[Stretch], second: Sequence[Stretch]) -> list[Stretch]:
    """Where both are; each in order and merged."""
    found: list[Stretch] = []
    left = right = 0
    while left < len(first) and right < len(second):
        one, other = first[left], second[right]
        starts_at, ends_at = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
        if starts_at < ends_at:
            found.append(Stretch(starts_at, ends_at))
        if one.ends_at <= other.ends_at:
            left += 1
        else:
            right += 1
    return found


def without(stretches: Sequence[Stretch], taken: Sequence[Stretch]) -> list[Stretch]:
    """What is left of them; each in order and merged."""
    left: list[Stretch] = []
    at = 0
    for one in stretches:
        since = one.starts_at
        while at < len(taken) and taken[at].ends_at <= since:
            at += 1
        here = at
        while here < len(taken) and taken[here].starts_at < one.ends_at:
            if since < taken[here].starts_at:
                left.append(Stretch(since, taken[here].starts_at))
            since = max(since, taken[here].ends_at)
            here += 1
        if since < one.ends_at:
            left.append(Stretch(since, one.ends_at))
    return left
