"""Mistakes that were planted on purpose: whoever watches for them must find each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from rituals.calendar_event import Event
from rituals.calendar_interfaces import Access, Calendar, Changes, Held
from rituals.placement import Placement
from rituals.stretch import Stretch
from rituals.timetable import Timetable
from service.database import Database
from tests.fake_calendar import FakeCalendar
from tests.in_step.household import Household
from tests.in_step.memory import two_calendars
from tests.in_step.piecewise import PiecewiseCalendar
from tests.service.workday import Workday

Plant = Callable[[Workday], Household]


@dataclass(slots=True)
class NoEtagCalendar(FakeCalendar):
    """Overwrites whatever stands there, seen or not."""

    def put(self, event: Event, *, etag: str | None) -> str:
        return FakeCalendar.put(self, event, etag=None)


@dataclass(slots=True)
class DoublingCalendar(FakeCalendar):
    """Where an event is there already, a second one is made: nobody asks whether it is ours."""

    def put(self, event: Event, *, etag: str | None) -> str:
        if etag is None and event.uid in self.kept:
            self.keep(f"{event.uid} again", Timetable(event.recurrence), event.summary, written=event.summary)
        return FakeCalendar.put(self, event, etag=etag)


@dataclass(slots=True)
class EarlyTokenCalendar(FakeCalendar):
    """The token counts from the moment at which it was handed out, whatever became of what came with it."""

    early: str | None = None

    def changes(self, token: str | None) -> Changes:
        changes = FakeCalendar.changes(self, self.early if token is not None else None)
        self.early = changes.token
        return changes


@dataclass(slots=True)
class Passing:
    """Hands everything on to the calendar behind it."""

    inner: Calendar

    @property
    def access(self) -> Access:
        return self.inner.access

    def put(self, event: Event, *, etag: str | None) -> str:
        return self.inner.put(event, etag=etag)

    def read(self, uid: str) -> Held | None:
        return self.inner.read(uid)

    def remove(self, uid: str) -> None:
        self.inner.remove(uid)

    def discard(self, copy: Held) -> None:
        self.inner.discard(copy)

    def changes(self, token: str | None) -> Changes:
        return self.inner.changes(token)

    def busy(self, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
        return self.inner.busy(starts_at, ends_at)

    def close(self) -> None:
        self.inner.close()


@dataclass(slots=True)
class ShownAlone(Passing):
    """What is being written is forgotten before anything is read: only what stood there for certain is known."""

    database: Database | None = None

    def changes(self, token: str | None) -> Changes:
        self._forget()
        return self.inner.changes(token)

    def _forget(self) -> None:
        assert self.database is not None
        with self.database.writing() as session:
            session.execute(update(Placement).values(intended=None))


@dataclass(slots=True)
class CutListing(Passing):
    """What a listing lacks is gone: nobody looks a second time."""

    believed: Changes | None = None

    def changes(self, token: str | None) -> Changes:
        self.believed = self.inner.changes(token)
        return self.believed

    def read(self, uid: str) -> Held | None:
        listed = self.believed
        gone = listed is not None and (uid in listed.deleted or (listed.is_whole and not self._lists(uid)))
        return None if gone else self.inner.read(uid)

    def _lists(self, uid: str) -> bool:
        return self.believed is not None and any(one.uid == uid for one in self.believed.held)


def lost_etag_check(day: Workday) -> Household:
    return Household.connect(day, two_calendars(NoEtagCalendar("ana's"), NoEtagCalendar("ben's")))


def missing_conflict(day: Workday) -> Household:
    return Household.connect(day, two_calendars(DoublingCalendar("ana's"), DoublingCalendar("ben's")))


def early_token(day: Workday) -> Household:
    return Household.connect(day, two_calendars(EarlyTokenCalendar("ana's"), EarlyTokenCalendar("ben's")))


def shown_alone(day: Workday) -> Household:
    return _spoiled(day, lambda calendar: ShownAlone(calendar, day.services.database))


def cut_listing_believed(day: Workday) -> Household:
    return _spoiled(day, CutListing)


def _spoiled(day: Workday, spoiled: Callable[[Calendar], Calendar]) -> Household:
    return Household.connect(day, two_calendars(PiecewiseCalendar("ana's"), FakeCalendar("ben's")), spoiled)


PLANTED: Mapping[str, Plant] = {
    plant.__name__: plant
    for plant in (lost_etag_check, missing_conflict, early_token, shown_alone, cut_listing_believed)
}
