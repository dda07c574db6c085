"""What is coming up in a calendar, as the app shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from tests.simulators.google_calendar.event_book import end_of, is_cancelled, start_of
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.resource import text

AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Coming:
    """One date as the app shows it; `starts` on the clocks of its own zone."""

    calendar_id: str
    calendar: str
    event_id: str
    original: datetime
    starts: datetime
    zone: str
    title: str
    repeats: bool
    starts_at: datetime


def coming_in(calendar: KeptCalendar, now: datetime, count: int) -> Iterator[Coming]:
    """What ends after `now`; of each series `count` dates at most."""
    book = calendar.book
    for kept in book.events.values():
        if kept.is_bare:
            continue
        dates = book.dates(kept, now + AHEAD) if book.is_series(kept) else iter([kept])
        shown = (one for one in dates if not is_cancelled(book.fields(one)))
        later = (one for one in shown if end_of(book.fields(one)).instant(calendar.zone) > now)
        for one in islice(later, count):
            start, original = start_of(book.fields(one)), one.original or start_of(book.fields(one))
            yield Coming(
                calendar_id=calendar.id,
                calendar=calendar.summary,
                event_id=kept.id,
                original=original.instant("UTC"),
                starts=start.local(),
                zone=start.zone or "UTC",
                title=text(book.fields(one), "summary"),
                repeats=one.original is not None,
                starts_at=start.instant(calendar.zone),
            )
