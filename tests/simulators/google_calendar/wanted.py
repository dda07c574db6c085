"""Which events a list is to have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.simulators.google_calendar.event_book import Kept, end_of, is_cancelled, start_of
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.resource import Resource


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, without the words that are searched for."""

    calendar: KeptCalendar
    single: bool
    show_deleted: bool
    since: int
    """Changes after this number; 0 is everything there is."""
    begin: datetime | None
    end: datetime | None
    updated_min: datetime | None

    @property
    def tells_deletions(self) -> bool:
        return self.show_deleted or self.since > 0 or self.updated_min is not None

    def found(self) -> Iterator[Kept]:
        yield from filter(self._fits, self._dates() if self.single else self._events())

    def _events(self) -> Iterator[Kept]:
        """Series and what differs from them, each on its own."""
        for kept in self.calendar.book.changed_since(self.since):
            is_told = not kept.is_bare or self.since > 0
            if is_told and (self.tells_deletions or not self._is_deleted(kept)):
                yield kept

    def _dates(self) -> Iterator[Kept]:
        """Every date on its own, the series themselves never."""
        book = self.calendar.book
        for kept in list(book.events.values()):
            dates = book.dates(kept, self.end) if book.is_series(kept) else iter([kept])
            for date in dates:
                changed = date.revision.number > self.since or kept.revision.number > self.since
                if changed and (self.tells_deletions or not is_cancelled(book.fields(date))):
                    yield date

    def _is_deleted(self, kept: Kept) -> bool:
        """Gone, and not just a date left out of a series that goes on."""
        whole = self.calendar.book.events[kept.series_id] if kept.original else kept
        return is_cancelled(whole.fields)

    def _fits(self, kept: Kept) -> bool:
        if self.updated_min is not None and kept.updated < self.updated_min:
            return False
        return kept.is_bare or (self.begin is None and self.end is None) or self._is_in_range(kept)

    def _is_in_range(self, kept: Kept) -> bool:
        book = self.calendar.book
        dates = book.dates(kept, self.end) if book.is_series(kept) and not kept.original else [kept]
        return any(self.overlaps(book.fields(date)) for date in dates)

    def overlaps(self, fields: Resource) -> bool:
        zone = self.calendar.zone
        before_end = self.end is None or start_of(fields).instant(zone) < self.end
        return before_end and (self.begin is None or end_of(fields).instant(zone) > self.begin)
