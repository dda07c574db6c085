"""Two calendars in memory."""

from collections.abc import Mapping
from dataclasses import dataclass

from rituals.connection import Way
from rituals.timetable import Timetable
from tests.fake_calendar import FakeCalendar, FakePhone, FakeProvider
from tests.in_step.household import Side
from tests.in_step.piecewise import PiecewiseCalendar
from tests.in_step.road import Road
from tests.service.workday import ANA, BEN


@dataclass(frozen=True, slots=True)
class Memory:
    """What a calendar in memory shows."""

    calendar: FakeCalendar

    def shown(self) -> Mapping[str, Timetable]:
        events = {uid: kept.timetable for uid, kept in self.calendar.kept.items()}
        return events | {name: held.timetable for name, (_, held) in self.calendar.copies.items()}

    def in_pieces(self, road: Road) -> None:
        self.calendar.before = road.piece


def fresh() -> Mapping[str, Side]:
    """Ana's is written to in several calls, as Google's; Ben's at once, as by CalDAV."""
    return two_calendars(PiecewiseCalendar("ana's"), FakeCalendar("ben's"))


def two_calendars(ana: FakeCalendar, ben: FakeCalendar) -> Mapping[str, Side]:
    provider = FakeProvider({one.name: one for one in (ana, ben)})
    return {ANA: side(Way.GOOGLE, provider, ana), BEN: side(Way.CALDAV, provider, ben)}


def side(way: Way, provider: FakeProvider, calendar: FakeCalendar) -> Side:
    def another() -> Side:
        name = f"{calendar.name} and another"
        provider.calendars[name] = type(calendar)(name)
        return side(way, provider, provider.calendars[name])

    seen = Memory(calendar)
    return Side(way, calendar.access, provider, FakePhone(calendar), seen.shown, another, seen.in_pieces)
