"""What was asked for, by whom and since when: what a test may hold the program to."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rituals.recurrence import Recurrence

Date = tuple[str, datetime]
"""A plan's UID and an original start."""
Shape = tuple[str, str, timedelta, str]
"""Of a series: its time of day, zone, length and rule, whenever it begins and ends."""


@dataclass(frozen=True, slots=True)
class Wish:
    """For one date: where it is to stand, None to leave it out. `by` names a phone, or the pages of both."""

    by: str
    starts: datetime | None
    before: datetime | None
    """Where it stood for the one who wished."""


PAGES, NOBODY = "the pages", "nobody"


@dataclass(slots=True)
class Wishes:
    """Everything since the beginning, and what came since the calendars last were at rest."""

    ever: dict[Date, set[datetime | None]] = field(default_factory=lambda: defaultdict(set))
    recent: dict[Date, list[Wish]] = field(default_factory=lambda: defaultdict(list))
    unsettled: set[str] = field(default_factory=set)
    """UIDs of plans whose rule changed, or that rested, since: what becomes of their single dates is not foretold."""
    shapes: dict[str, set[Shape]] = field(default_factory=lambda: defaultdict(set))
    """Of series that somebody wished for on a phone."""
    series_edits: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By phone and UID."""
    own_versions: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Those that were proposed on our pages."""
    taken_out: set[tuple[str, str]] = field(default_factory=set)
    """By phone and UID: deleted there by its owner, for good."""
    perhaps_out: set[tuple[str, str]] = field(default_factory=set)
    """Deleted by its owner while we were taking it away or putting it there: nobody can tell."""
    takings_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)

    def wish(self, date: Date, wish: Wish) -> None:
        self.ever[date].add(wish.starts)
        self.recent[date].append(wish)

    def wish_series(self, phone: str, uid: str, *wished: Recurrence) -> None:
        self.shapes[uid] |= set(map(shape, wished))
        self.series_edits[phone, uid] += 1

    def go_with_the_series(self, phone: str, uid: str) -> None:
        """Who deletes a series deletes what they did to its dates before: it may have been seen, or not."""
        for date, wishes in self.recent.items():
            if date[0] == uid and any(one.by == phone for one in wishes):
                wishes.append(Wish(NOBODY, date[1], date[1]))

    def begin_anew(self, phone: str) -> None:
        """In another calendar: what was done in the one before may have been seen, or not, and all stands again."""
        for _, uid in {*self.taken_out, *self.perhaps_out}:
            self.perhaps_out.discard((phone, uid))
            self.taken_out.discard((phone, uid))
        for uid in {date[0] for date in self.recent}:
            self.go_with_the_series(phone, uid)

    def settle(self) -> None:
        """The calendars are at rest."""
        self.recent.clear()
        self.unsettled.clear()


def shape(recurrence: Recurrence) -> Shape:
    rule = recurrence.rule
    endless = replace(rule, until=None, count=None) if rule is not None else None
    return f"{recurrence.starts:%H:%M}", recurrence.zone, recurrence.duration, str(endless)
