"""What the domain asks of calendars that people already have, as Protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from rituals.calendar_event import Event
from rituals.stretch import Stretch
from rituals.timetable import Timetable


class Trouble(StrEnum):
    """Why a calendar did not do what was asked, by what follows from it."""

    RECONNECT = "reconnect"
    """Access was taken back or has run out: nothing helps until its owner connects again."""
    GONE = "gone"
    """The calendar itself was deleted."""
    REFUSED = "refused"
    """It does not allow what we need, as a calendar that is read-only."""
    BUSY = "busy"
    """Too many requests, or a moment's weakness of the other side: later, `retry_after` if it said when."""
    UNREACHABLE = "unreachable"
    """No answer, or none in time."""
    ODD = "odd"
    """An answer that makes no sense, as a web page in place of a calendar."""
    UNSAFE = "unsafe"
    """An address that is not asked: of this machine or its own network."""


LASTING = frozenset({Trouble.RECONNECT, Trouble.GONE, Trouble.REFUSED, Trouble.UNSAFE})


class CalendarError(Exception):
    """A calendar did not do what was asked. The text is for logs and carries no credential and no address."""

    def __init__(self, message: str, trouble: Trouble, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.retry_after = retry_after

    @property
    def is_lasting(self) -> bool:
        """Asking again cannot help until its owner acts."""
        return self.trouble in LASTING


class EtagMismatchError(Exception):
    """The event was changed in the calendar since we last read it: read it again, merge, write once more."""


@dataclass(frozen=True, slots=True)
class Access:
    """What opens one calendar; kept sealed. What stands in `secrets` is the adapter's own affair."""

    secrets: Mapping[str, str]
    calendar: str
    """The calendar's id or address."""


@dataclass(frozen=True, slots=True)
class Held:
    """One of our events as a calendar holds it now."""

    name: str
    """By which the calendar knows it: an id, or an address."""
    uid: str
    """The plan's. Of a copy: that of the plan whose event it was copied from."""
    etag: str
    """Names this state of the whole event, its single dates included. Opaque: only the adapter reads it."""
    timetable: Timetable


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of our events since a token."""

    held: tuple[Held, ...]
    """As they are now. Those that we wrote ourselves are among them."""
    deleted: frozenset[str]
    """UIDs of events that are gone. Where `is_whole`, whatever is not held is gone as well."""
    copies: tuple[Held, ...]
    """Events that a phone made from ours under another name, as for 'this and all following'."""
    token: str
    """To ask with the next time. Opaque."""
    is_whole: bool
    """The token was too old or missing: this is everything there is, not a difference."""


class Calendar(Protocol):
    """One partner's calendar that can be written to and read back.

    Used by one thread at a time. Every call may be repeated without harm, and every call ends within a
    total deadline. Raises CalendarError, and nothing else but what is named.
    """

    @property
    def access(self) -> Access:
        """What opens it the next time: tokens may have been renewed meanwhile."""
        ...

    def put(self, event: Event, *, etag: str | None) -> str:
        """Write the whole event, its single dates included; the new etag.

        `etag` None: it should not be there yet; if it is, it is ours and is overwritten, never doubled;
        one that was deleted comes back. Whatever its owner added or reworded there (title, notes, alarms,
        colour) stays as they made it. Raises EtagMismatchError where it was changed meanwhile, or is gone.
        """
        ...

    def read(self, uid: str) -> Held | None:
        """The event as it stands now; None where there is none."""
        ...

    def remove(self, uid: str) -> None:
        """Take the event away, or find it gone."""
        ...

    def discard(self, copy: Held) -> None:
        """Take away a copy that a phone made of one of ours, or find it gone."""
        ...

    def changes(self, token: str | None) -> Changes:
        """What has changed since `token`; everything for None and for a token that is too old."""
        ...

    def busy(self, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
        """When its owner is taken, in all their calendars that can be asked, our own events aside; never with what."""
        ...

    def close(self) -> None:
        """Let connections go; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """By which a provider tells us that something has changed, but never what."""

    name: str
    """Chosen by us."""
    resource: str
    """What the provider calls that which is watched; needed to stop it."""
    ends_at: datetime


@runtime_checkable
class Pushes(Protocol):
    """What a calendar can do whose provider speaks up by itself."""

    def watch(self, *, address: str, token: str, channel: str) -> Channel:
        """Let it call `address` (public https), with `token` to know it by, until the channel ends.

        Raises CalendarError, REFUSED where the provider does not like the address.
        """
        ...

    def stop(self, *, channel: str, resource: str) -> None:
        """Or find it ended."""
        ...


class CalendarProvider(Protocol):
    """A kind of calendar that can be connected."""

    def open(self, access: Access) -> Calendar:
        """Asks nothing yet, so it never fails and never waits."""
        ...

    def withdraw(self, access: Access, *, delete: bool, give_back: bool = True) -> None:
        """We are asked to go: give our access back, and with `delete` take away what we made there.

        Without `give_back` the access is merely forgotten: where its owner has let us in anew meanwhile, some
        providers would take that away as well. Raises CalendarError. May be repeated without harm.
        """
        ...


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody allowed us on the provider's own page."""

    secrets: Mapping[str, str]
    may_write: bool
    may_see_busy: bool


@runtime_checkable
class ConsentProvider(CalendarProvider, Protocol):
    """A kind of calendar whose owner is sent to its provider to allow it (OAuth 2, RFC 6749 and 7636)."""

    def consent_url(self, *, state: str, verifier: str, return_to: str) -> str:
        """Where to send them. `verifier` stays with us; only its challenge goes along."""
        ...

    def redeem(self, *, code: str, verifier: str, return_to: str) -> Consent:
        """What they allowed, for the code that they came back with. Raises CalendarError."""
        ...

    def make(self, consent: Consent, *, name: str, zone: str, before: str | None = None) -> Access:
        """A calendar of our own in their account: the one that was ours `before`, if it still answers there.

        Raises CalendarError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A calendar that an account has and that can hold events."""

    name: str
    address: str


@runtime_checkable
class AccountProvider(CalendarProvider, Protocol):
    """A kind of calendar that is reached with an address, a name and a password (CalDAV, RFC 4791)."""

    def find(self, *, place: str, user: str, password: str) -> Sequence[Found]:
        """The account's calendars. `place` is an e-mail domain, a server, or a calendar's own address.

        Raises CalendarError.
        """
        ...

    def make(self, *, place: str, user: str, password: str, name: str, zone: str) -> Access:
        """A new calendar in the account. Raises CalendarError, REFUSED where the server makes none."""
        ...

    def choose(self, found: Found, *, user: str, password: str) -> Access:
        """What opens the one that they chose. Asks nothing."""
        ...
