"""A calendar in memory that is written to in several calls, as Google's is: a write may stop in the middle."""

from dataclasses import dataclass, replace
from datetime import datetime

from rituals.calendar_event import Event
from rituals.calendar_interfaces import EtagMismatchError
from rituals.timetable import Timetable
from tests.fake_calendar import FakeCalendar

UNFIT = "something else stands there by now"


@dataclass(slots=True)
class PiecewiseCalendar(FakeCalendar):
    """First the series, then each single date that differs; asked before each but the first."""

    def put(self, event: Event, *, etag: str | None) -> str:
        self.ask("put")
        held = self.kept.get(event.uid)
        if etag is not None and (held is None or etag != str(held.write)):
            raise EtagMismatchError("The event was changed meanwhile.")
        wanted = settled(event.timetable)
        title = held.title if held is not None and held.is_retitled else event.summary
        before = held.timetable if held is not None else Timetable(None)
        self._write(event.uid, self._series(before, wanted), title, event.summary)
        for original in sorted(before.dates.keys() | wanted.dates.keys()):
            self._write_date(event, original, before, wanted)
        self._end("put")
        there = self.kept[event.uid]
        return str(there.write) if there.timetable == wanted else UNFIT

    def _series(self, before: Timetable, wanted: Timetable) -> Timetable:
        """Dates of the rule before it that the new one has as well stay what they were for a moment."""
        assert wanted.recurrence is not None
        fitting = {o: starts for o, starts in before.dates.items() if wanted.recurrence.includes(o)}
        return Timetable(wanted.recurrence, fitting)

    def _write_date(self, event: Event, original: datetime, before: Timetable, wanted: Timetable) -> None:
        starts, known = wanted.dates.get(original, original), before.dates.get(original, original)
        if starts == known or wanted.recurrence is None or not wanted.recurrence.includes(original):
            return
        self.ask("piece")
        there = self.kept.get(event.uid)
        if there is None or there.timetable.dates.get(original, original) != known:
            raise EtagMismatchError("The date was changed meanwhile.")
        dates = {**there.timetable.dates, original: starts}
        if starts == original:
            del dates[original]
        self._write(event.uid, replace(there.timetable, dates=dates), there.title, there.written_title)

    def _write(self, uid: str, timetable: Timetable, title: str, written: str) -> None:
        there = self.kept.get(uid)
        if there is None or (there.timetable, there.title, there.written_title) != (timetable, title, written):
            self.keep(uid, timetable, title, written=written)


def settled(timetable: Timetable) -> Timetable:
    """What happens once has no date that could differ from it: moved, it stands at its new time."""
    recurrence = timetable.recurrence
    moved = next((starts for starts in timetable.dates.values() if starts is not None), None)
    if recurrence is None or recurrence.rule is not None or moved is None:
        return timetable
    return Timetable(replace(recurrence, starts=moved))
