"""The road between us and a calendar: what may happen to a call on its way there and back."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from rituals.calendar_event import Event
from rituals.calendar_interfaces import (
    Access,
    Calendar,
    CalendarError,
    CalendarProvider,
    Changes,
    EtagMismatchError,
    Held,
    Trouble,
)
from rituals.stretch import Stretch

Answer = TypeVar("Answer")
Spoiling = Callable[[Calendar], Calendar]
"""Puts a mistake between the program and a calendar, to see whether it is found."""
PIECE = "piece"


class KilledError(BaseException):
    """The process is gone: no `except` of the program sees this."""


class Leg(StrEnum):
    THERE = "there"
    """Before the call is done."""
    BACK = "back"
    """After it was done, before its answer is known."""
    MIDDLE = "middle"
    """Where it is several calls: between two of them."""


@dataclass(slots=True)
class Bump:
    """Something that happens at the n-th call from now."""

    leg: Leg
    calls: int
    happens: Callable[[], object]


@dataclass(slots=True)
class Late:
    """A request of which we heard nothing any more, and which is done when we have gone on."""

    calls: int
    done: Callable[[], object]


@dataclass(slots=True)
class Road:
    """To one calendar."""

    bumps: list[Bump] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    is_closed: bool = False
    """Access was taken back."""
    is_out_of_reach: bool = False
    """What stands there cannot be taken away for certain: access was taken back, or a write is still on its way."""
    old_token: bool = False
    """The next token is too old."""
    cut: int | None = None
    """The next listing is a whole one and lacks this event."""
    lie: str | None = None
    """The next listing names this one as deleted."""
    delays: int | None = None
    """The next put is done only so many calls later."""
    halve: Callable[[int], object] | None = None
    """Lets a write that is several calls stop after so many of them, where only the server can do that."""

    def calm(self) -> None:
        """Whatever is still on its way arrives, and nothing happens any more."""
        self.bumps.clear()
        self.is_closed = self.old_token = False
        self.cut = self.lie = self.delays = None
        self._arrive(everything=True)

    def travel(self, call: str, do: Callable[[], Answer]) -> Answer:
        self.calls.append(call)
        self._arrive()
        if self.is_closed:
            raise CalendarError("invalid_grant", Trouble.RECONNECT)
        self._pass(Leg.THERE)
        answer = do()
        self._pass(Leg.BACK)
        return answer

    def piece(self, call: str) -> None:
        """Between two of the calls that make up one put."""
        if call == PIECE:
            self._pass(Leg.MIDDLE)

    def _pass(self, leg: Leg) -> None:
        passing = [bump for bump in self.bumps if bump.leg == leg]
        for bump in passing:
            bump.calls -= 1
        for bump in [one for one in passing if one.calls < 0]:
            if any(one is bump for one in self.bumps):  # while the one before it happened, others may have passed
                self.bumps = [one for one in self.bumps if one is not bump]
                bump.happens()

    def _arrive(self, *, everything: bool = False) -> None:
        for one in self.late:
            one.calls -= 1
        arriving = [one for one in self.late if everything or one.calls < 0]
        self.late = [one for one in self.late if one not in arriving]
        for one in arriving:
            with suppress(CalendarError, EtagMismatchError):
                one.done()


@dataclass(frozen=True, slots=True)
class FarCalendar:
    """A calendar at the end of a road."""

    inner: Calendar
    road: Road
    provider: CalendarProvider

    @property
    def access(self) -> Access:
        return self.inner.access

    def put(self, event: Event, *, etag: str | None) -> str:
        if self.road.delays is not None:
            calls, self.road.delays = self.road.delays, None
            self.road.late.append(Late(calls, lambda: self._put_late(event, etag)))
            raise CalendarError("No answer in time.", Trouble.UNREACHABLE)
        return self.road.travel("put", lambda: self.inner.put(event, etag=etag))

    def read(self, uid: str) -> Held | None:
        return self.road.travel("read", lambda: self.inner.read(uid))

    def remove(self, uid: str) -> None:
        self.road.travel("remove", lambda: self.inner.remove(uid))

    def discard(self, copy: Held) -> None:
        self.road.travel("discard", lambda: self.inner.discard(copy))

    def changes(self, token: str | None) -> Changes:
        return self.road.travel("changes", lambda: self._changes(token))

    def busy(self, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
        return self.road.travel("busy", lambda: self.inner.busy(starts_at, ends_at))

    def close(self) -> None:
        self.inner.close()

    def _changes(self, token: str | None) -> Changes:
        road = self.road
        whole = road.old_token or road.cut is not None
        changes = self.inner.changes(None if whole else token)
        if road.cut is not None and changes.held:
            lacking = road.cut % len(changes.held)
            changes = replace(changes, held=changes.held[:lacking] + changes.held[lacking + 1 :])
        if road.lie is not None:
            changes = replace(changes, deleted=changes.deleted | {road.lie})
        road.old_token, road.cut, road.lie = False, None, None
        return changes

    def _put_late(self, event: Event, etag: str | None) -> None:
        """Whoever sent it is not there any more to make anything of a conflict."""
        calendar = self.provider.open(self.access)
        if etag is not None or calendar.read(event.uid) is None:
            calendar.put(event, etag=etag)


@dataclass(frozen=True, slots=True)
class FarProvider:
    """Opens calendars at the end of their road, by the calendar's name."""

    inner: CalendarProvider
    roads: dict[str, Road]
    spoiled: Spoiling

    def open(self, access: Access) -> Calendar:
        return self.spoiled(FarCalendar(self.inner.open(access), self.roads[access.calendar], self.inner))

    def withdraw(self, access: Access, *, delete: bool, give_back: bool = True) -> None:
        def go() -> None:
            self.inner.withdraw(access, delete=delete, give_back=give_back)

        self.roads[access.calendar].travel("withdraw", go)


def dies() -> None:
    raise KilledError


def fails(trouble: Trouble, retry_after: timedelta | None = None) -> Callable[[], object]:
    def fail() -> None:
        raise CalendarError("Something on the way.", trouble, retry_after=retry_after)

    return fail
