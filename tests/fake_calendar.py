"""A calendar in memory and the phone that shows it, for tests of what is written to one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from rituals.calendar_event import Event
from rituals.calendar_interfaces import Access, Busy, CalendarError, Changes, EtagMismatchError, Held
from rituals.recurrence import Recurrence
from rituals.timetable import Timetable

Fault = Callable[[str], CalendarError | None]


@dataclass(slots=True)
class Kept:
    """An event as it stands: its times, its title, and the write that made it so."""

    write: int
    timetable: Timetable
    title: str
    written_title: str

    @property
    def is_retitled(self) -> bool:
        return self.title != self.written_title


@dataclass(slots=True)
class FakeCalendar:
    """Holds what it is given; each write counts up, and the count is the etag and the token."""

    name: str = "fake"
    kept: dict[str, Kept] = field(default_factory=dict)
    copies: dict[str, tuple[int, Held]] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    taken: list[Busy] = field(default_factory=list)
    writes: int = 0
    calls: list[str] = field(default_factory=list)
    before: Fault = lambda call: None
    """Asked before each call: an error to raise in its place."""
    after: Fault = lambda call: None
    """Asked when the call was done: an answer that is lost."""

    @property
    def access(self) -> Access:
        return Access({"password": "a secret"}, self.name)

    def put(self, event: Event, *, etag: str | None) -> str:
        self.ask("put")
        held = self.kept.get(event.uid)
        if etag is not None and (held is None or etag != str(held.write)):
            raise EtagMismatchError("The event was changed meanwhile.")
        title = held.title if held is not None and held.is_retitled else event.summary
        self.keep(event.uid, event.timetable, title, written=event.summary)
        self._end("put")
        return str(self.writes)

    def read(self, uid: str) -> Held | None:
        self.ask("read")
        return self._held(uid) if uid in self.kept else None

    def remove(self, uid: str) -> None:
        self.ask("remove")
        self.drop(uid)
        self._end("remove")

    def discard(self, copy: Held) -> None:
        self.ask("discard")
        self.copies.pop(copy.name, None)
        self._end("discard")

    def changes(self, token: str | None) -> Changes:
        self.ask("changes")
        known = token is not None and token.isdecimal() and int(token) <= self.writes
        since = int(token) if token is not None and known else 0
        return Changes(
            held=tuple(self._held(uid) for uid, kept in self.kept.items() if kept.write > since),
            deleted=frozenset(uid for uid, write in self.deleted.items() if known and write > since),
            copies=tuple(copy for write, copy in self.copies.values() if write > since),
            token=str(self.writes),
            is_whole=not known,
        )

    def busy(self, starts_at: datetime, ends_at: datetime) -> Sequence[Busy]:
        self.ask("busy")
        return [one for one in self.taken if one.starts_at < ends_at and one.ends_at > starts_at]

    def close(self) -> None:
        """Nothing is open."""

    def keep(self, uid: str, timetable: Timetable, title: str, *, written: str) -> None:
        self.writes += 1
        self.kept[uid] = Kept(self.writes, timetable, title, written)
        self.deleted.pop(uid, None)

    def drop(self, uid: str) -> None:
        if self.kept.pop(uid, None) is not None:
            self.writes += 1
            self.deleted[uid] = self.writes

    def _held(self, uid: str) -> Held:
        kept = self.kept[uid]
        return Held(uid, uid, str(kept.write), kept.timetable)

    def ask(self, call: str) -> None:
        self.calls.append(call)
        error = self.before(call)
        if error is not None:
            raise error

    def _end(self, call: str) -> None:
        error = self.after(call)
        if error is not None:
            raise error


@dataclass(slots=True)
class FakePhone:
    """What its owner does with a fake calendar."""

    calendar: FakeCalendar

    def move_date(self, uid: str, original_starts: datetime, starts: datetime) -> None:
        self._date(uid, original_starts, starts)

    def delete_date(self, uid: str, original_starts: datetime) -> None:
        self._date(uid, original_starts, None)

    def move_series(self, uid: str, recurrence: Recurrence) -> None:
        kept = self.calendar.kept[uid]
        dates = kept.timetable.dates if recurrence.rule is not None else {}
        self._keep(uid, Timetable(recurrence, dates), kept.title)

    def delete_series(self, uid: str) -> None:
        self.calendar.drop(uid)

    def retitle(self, uid: str, title: str) -> None:
        self._keep(uid, self.calendar.kept[uid].timetable, title)

    def title(self, uid: str) -> str:
        return self.calendar.kept[uid].title

    def split(self, uid: str, ends: Recurrence, goes_on: Recurrence) -> None:
        self.move_series(uid, ends)
        self.calendar.writes += 1
        name = f"{uid}-copy-{self.calendar.writes}"
        held = Held(name, uid, str(self.calendar.writes), Timetable(goes_on))
        self.calendar.copies[name] = (self.calendar.writes, held)

    def add_meeting(self, starts_at: datetime, ends_at: datetime) -> None:
        self.calendar.taken.append(Busy(starts_at, ends_at))

    def _date(self, uid: str, original_starts: datetime, starts: datetime | None) -> None:
        kept = self.calendar.kept[uid]
        dates = {**kept.timetable.dates, original_starts: starts}
        if starts == original_starts:
            del dates[original_starts]
        self._keep(uid, replace(kept.timetable, dates=dates), kept.title)

    def _keep(self, uid: str, timetable: Timetable, title: str) -> None:
        self.calendar.keep(uid, timetable, title, written=self.calendar.kept[uid].written_title)


@dataclass(slots=True)
class FakeProvider:
    """Calendars in memory, opened by their name."""

    calendars: dict[str, FakeCalendar] = field(default_factory=dict)
    withdrawn: list[tuple[str, bool]] = field(default_factory=list)

    def add(self, name: str) -> Access:
        self.calendars[name] = FakeCalendar(name)
        return self.calendars[name].access

    def open(self, access: Access) -> FakeCalendar:
        return self.calendars[access.calendar]

    def withdraw(self, access: Access, *, delete: bool) -> None:
        self.calendars[access.calendar].ask("withdraw")
        self.withdrawn.append((access.calendar, delete))

    def phone(self, name: str) -> FakePhone:
        return FakePhone(self.calendars[name])
