"""The days after the next one: what comes within a week, where a ritual of every day takes one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from rituals.occurrence import Occurrence
from rituals.recurrence import wall_clock
from service import when
from service.web.plan_dates import moved_from
from service.web.schedule import Reader

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One line, as partials/days.html sets it."""

    moment: str
    when: str
    name: str
    detail: str
    href: str
    rests: bool


def days_after(coming: Iterable[Occurrence], reader: Reader) -> list[Day]:
    """In order; five coffees at the same hour, a day apart, read as 'Mon to Fri'."""
    runs: list[list[Occurrence]] = []
    for one in _within_reach(coming, reader):
        run = next((run for run in runs if _goes_on(run[-1], one, reader)), None)
        if run is None:
            runs.append([one])
        else:
            run.append(one)
    return [_line(run, reader) for run in runs]


def _within_reach(coming: Iterable[Occurrence], reader: Reader) -> list[Occurrence]:
    """All of the coming week, and the next time of whatever has none in it."""
    shown, seen = list[Occurrence](), set[int]()
    for one in coming:
        if one.plan_id not in seen or _is_near(one, reader):
            shown.append(one)
            seen.add(one.plan_id)
    return shown


def _goes_on(last: Occurrence, one: Occurrence, reader: Reader) -> bool:
    """Whether it is the same, a day later, and neither of the two needs words of its own."""
    return (
        last.plan_id == one.plan_id
        and all(each.stands() and not moved_from(each, reader) for each in (last, one))
        and _local(last, reader) + ONE_DAY == _local(one, reader)
        and last.ends_at - last.starts_at == one.ends_at - one.starts_at
    )


def _line(run: Sequence[Occurrence], reader: Reader) -> Day:
    first = run[0]
    rests, moved = not first.stands(), moved_from(first, reader)
    length = when.length(first.ends_at - first.starts_at)
    return Day(
        moment=first.starts_at.isoformat(),
        when=f"{_days(run, reader)} {when.clock(first.starts_at, reader.zone)}",
        name=first.plan.ritual_name,
        detail="Not this time" if rests else f"{length}, {moved}" if moved else length,
        href=url_for("plans.show", plan_id=first.plan_id),
        rests=rests,
    )


def _days(run: Sequence[Occurrence], reader: Reader) -> str:
    """Sun; Thu and Fri; Mon to Fri; 14 Mar where the weekday alone could be mistaken."""
    first, last = _local(run[0], reader), _local(run[-1], reader)
    if not _is_near(run[0], reader):
        return f"{first.day} {first:%b}"
    if len(run) == 1:
        return f"{first:%a}"
    return f"{first:%a} {'and' if len(run) == 2 else 'to'} {last:%a}"


def _is_near(one: Occurrence, reader: Reader) -> bool:
    return _local(one, reader).date() - wall_clock(reader.now, reader.zone).date() < WEEK


def _local(one: Occurrence, reader: Reader) -> datetime:
    return wall_clock(one.starts_at, reader.zone)
