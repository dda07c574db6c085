"""When two people could meet: what is taken, merged."""

from collections.abc import Iterable

from rituals.calendar_interfaces import Busy


def merged(busy: Iterable[Busy]) -> list[Busy]:
    """In order, and one stretch where several touch; what has no length is dropped."""
    kept: list[Busy] = []
    for one in sorted(busy, key=lambda one: one.starts_at):
        if one.starts_at >= one.ends_at:
            continue
        if kept and one.starts_at <= kept[-1].ends_at:
            kept[-1] = Busy(kept[-1].starts_at, max(kept[-1].ends_at, one.ends_at))
        else:
            kept.append(one)
    return kept
