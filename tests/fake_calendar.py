"""A calendar in memory and the phone that shows it, for tests of what is written to one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from rituals.calendar_event import Event
from rituals.calendar_interfaces import (
    Access,
    CalendarError,
    Changes,
    Consent,
    EtagMismatchError,
    Found,
    Held,
    Trouble,
)
from rituals.recurrence import Recurrence
from rituals.stretch import Stretch
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
    taken: list[Stretch] = field(default_factory=list)
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

    def busy(self, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
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
        self.calendar.taken.append(Stretch(starts_at, ends_at))

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
    given_back: list[str] = field(default_factory=list)

    def add(self, name: str) -> Access:
        self.calendars[name] = FakeCalendar(name)
        return self.calendars[name].access

    def open(self, access: Access) -> FakeCalendar:
        return self.calendars[access.calendar]

    def withdraw(self, access: Access, *, delete: bool, give_back: bool = True) -> None:
        self.calendars[access.calendar].ask("withdraw")
        self.withdrawn.append((access.calendar, delete))
        if give_back:
            self.given_back.append(access.calendar)

    def phone(self, name: str) -> FakePhone:
        return FakePhone(self.calendars[name])


@dataclass(slots=True)
class FakeConsentProvider(FakeProvider):
    """A provider with a page of its own, on which somebody says yes, in part or not at all."""

    page: str = "https://accounts.example.com/consent"
    sent: list[dict[str, str]] = field(default_factory=list)
    """What went out to that page."""
    made: int = 0
    """How many calendars."""
    consents: dict[str, Consent] = field(default_factory=dict)
    """By the code that comes back for it."""
    fault: Fault = lambda call: None

    def consent_url(self, *, state: str, verifier: str, return_to: str) -> str:
        self.sent.append({"state": state, "verifier": verifier, "return_to": return_to})
        return f"{self.page}?{urlencode({'state': state, 'return_to': return_to})}"

    def allow(self, *, may_write: bool = True, may_see_busy: bool = True) -> str:
        """Somebody says yes there. Answers the code that they are sent back with."""
        code = f"code-{len(self.consents) + 1}"
        self.consents[code] = Consent({"refresh": f"token-of-{code}"}, may_write, may_see_busy)
        return code

    def redeem(self, *, code: str, verifier: str, return_to: str) -> Consent:
        self.ask("redeem")
        known = any(one["verifier"] == verifier and one["return_to"] == return_to for one in self.sent)
        if not known or code not in self.consents:
            raise CalendarError("An unknown code.", Trouble.RECONNECT)
        return self.consents.pop(code)

    def make(self, consent: Consent, *, name: str, zone: str, before: str | None = None) -> Access:
        self.ask("make")
        if before in self.calendars:
            return Access(consent.secrets, before)
        self.made += 1
        return Access(consent.secrets, self.add(f"{name} {self.made} in {zone}").calendar)

    def withdraw(self, access: Access, *, delete: bool, give_back: bool = True) -> None:
        self.withdrawn.append((access.calendar, delete))

    def ask(self, call: str) -> None:
        error = self.fault(call)
        if error is not None:
            raise error


@dataclass(slots=True)
class FakeAccountProvider(FakeProvider):
    """Accounts by user and password, each with some calendars."""

    accounts: dict[tuple[str, str], list[Found]] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    """Which were asked."""
    fault: Fault = lambda call: None

    def open_account(self, user: str, password: str, *names: str) -> None:
        """Somebody has an account with these calendars."""
        self.accounts[user, password] = [Found(name, self.add(name).calendar) for name in names]

    def find(self, *, place: str, user: str, password: str) -> Sequence[Found]:
        return list(self._account("find", place, user, password))

    def make(self, *, place: str, user: str, password: str, name: str, zone: str) -> Access:
        account = self._account("make", place, user, password)
        made = self.add(f"{name} {len(self.calendars) + 1} in {zone}").calendar
        account.append(Found(name, made))
        return Access({"user": user, "password": password}, made)

    def choose(self, found: Found, *, user: str, password: str) -> Access:
        return Access({"user": user, "password": password}, found.address)

    def _account(self, call: str, place: str, user: str, password: str) -> list[Found]:
        self.places.append(place)
        error = self.fault(call)
        if error is not None:
            raise error
        if (user, password) not in self.accounts:
            raise CalendarError("Not let in.", Trouble.RECONNECT)
        return self.accounts[user, password]
