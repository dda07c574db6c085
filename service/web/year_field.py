"""The year as a field of marks, and the same in words: nothing counted, nothing missed."""

from dataclasses import dataclass
from datetime import date, datetime

from rituals import diary
from rituals.couple import Couple
from rituals.occurrence import Occurrence, Outcome
from rituals.recurrence import moment, wall_clock
from service.web.visit import Visit

KEPT = (Outcome.DONE, Outcome.MOVED)
WEEKS = 53
STEP, ROW = 12, 17
TONES = ("pine", "butter", "plum")
MOSTLY = 0.6
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Row:
    """One ritual: a mark for every week."""

    name: str
    tone: str
    words: str
    marks: tuple[tuple[int, int, bool], ...]


@dataclass(frozen=True, slots=True)
class YearField:
    """As partials/year.html sets it."""

    width: int
    height: int
    months: list[str]
    rows: tuple[Row, ...]


def year_field(visit: Visit, couple: Couple) -> YearField | None:
    """What the two kept this year; nothing at all before there is something."""
    zone = visit.partner.zone
    first = date(wall_clock(visit.now, zone).year, 1, 1)
    since = moment(datetime.combine(first, datetime.min.time()), zone)
    by_ritual: dict[str, list[Occurrence]] = {}
    for occurrence in diary.behind(visit.session, couple, since, visit.now):
        by_ritual.setdefault(occurrence.plan.ritual_name, []).append(occurrence)
    kept = {name: times for name, times in by_ritual.items() if any(one.outcome in KEPT for one in times)}
    if not kept:
        return None
    rows = tuple(_row(index, name, times, first, zone) for index, (name, times) in enumerate(kept.items()))
    return YearField(width=STEP * WEEKS, height=ROW * len(rows) + 1, months=MONTHS, rows=rows)


def _row(index: int, name: str, times: list[Occurrence], first: date, zone: str) -> Row:
    full = {_week(one, first, zone) for one in times if one.outcome in KEPT}
    marks = tuple((STEP // 2 + STEP * week, 9 + ROW * index, week in full) for week in range(WEEKS))
    return Row(name=name, tone=TONES[index % len(TONES)], words=_words(times, zone), marks=marks)


def _week(occurrence: Occurrence, first: date, zone: str) -> int:
    return (wall_clock(occurrence.starts_at, zone).date() - first).days // 7


def _words(times: list[Occurrence], zone: str) -> str:
    """Most times since March; no number, so that nothing can be held against anybody."""
    share = sum(one.outcome in KEPT for one in times) / len(times)
    since = f"{wall_clock(times[0].starts_at, zone):%B}"
    return f"{'most times' if share >= MOSTLY else 'now and then'} since {since}"
