"""What the domain asks of the outside world, as Protocols."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rituals.calendar_event import Event, Override
from rituals.recurrence import Recurrence

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC."""

HandOver = Callable[[], bool]
"""Asked right before a message's body leaves. False means: not this one, not any more."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one recipient, as SMTP understands it (RFC 5321)."""

    sender: str
    recipient: str
    content: bytes
    """The whole RFC 5322 message, header and body, lines ended by CRLF."""


class MailError(Exception):
    """The message did not verifiably leave.

    `permanent`: asking again cannot help. `uncertain`: the body was handed over whole and the answer
    never came, so the message may have arrived. `recipient_refused`: this address takes no mail.
    The text carries no address.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, uncertain: bool = False, recipient_refused: bool = False
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain
        self.recipient_refused = recipient_refused


class MailConnection(Protocol):
    """One reusable way to the mail server, used by one thread at a time."""

    def send(self, envelope: Envelope, hand_over: HandOver) -> bool:
        """Send one message; True once the server has accepted it, False if `hand_over` said no.

        Raises MailError in every other case. `hand_over` is asked as late as can be: right before the body.
        """
        ...

    def close(self) -> None:
        """Say goodbye if the server still listens; never raises."""
        ...


class Mailer(Protocol):
    """Where mail goes."""

    def connect(self) -> MailConnection:
        """A new connection; opened at the first message, so this never fails and never waits."""
        ...


class Letter(Protocol):
    """One mail in the built-in mailbox, as far as it can be read; what is missing or broken is empty."""

    @property
    def name(self) -> str: ...
    @property
    def arrived_at(self) -> datetime | None: ...
    @property
    def sender(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def calendar(self) -> bytes | None: ...


class Mailbox(Protocol):
    """The built-in mailbox as its page reads it: mails that stayed here, because no mail server is set up."""

    def letters(self) -> Sequence[Letter]:
        """The newest first."""
        ...

    def letter(self, name: str) -> Letter | None:
        """The one of that name; None for whatever is no letter of this mailbox."""
        ...


class Sealer(Protocol):
    """Keeps what a thief of the database must not be able to use."""

    def seal(self, plain: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes:
        """The plain bytes again, sealed by any of the keys. Raises ValueError if none of them fits."""
        ...


class CalendarError(Exception):
    """A calendar did not do what was asked. The text says what its owner can do, and carries no credential.

    `permanent`: asking again cannot help until its owner acts, as when access was taken back.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class EtagMismatchError(CalendarError):
    """The event was changed in the calendar since we last read it: read it again, merge, write once more."""


@dataclass(frozen=True, slots=True)
class Held:
    """One event as a calendar holds it: what stands there, and the etag that names this state of it."""

    uid: str
    etag: str
    sequence: int
    overrides: tuple[Override, ...]
    recurrence: Recurrence


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of our events since a token: held ones as they are now, and the UIDs deleted by their owner."""

    held: tuple[Held, ...]
    deleted: frozenset[str]
    token: str
    is_whole: bool
    """The token was too old or missing: this is everything there is, not a difference."""


class Calendar(Protocol):
    """One partner's calendar that can be written to and read back. Every call may be repeated without harm."""

    def put(self, event: Event, *, etag: str | None) -> str:
        """Write the whole event; its new etag.

        `etag` None: it should not be there yet; if it is, it is ours and is overwritten, never doubled.
        Raises EtagMismatchError where it was changed meanwhile, CalendarError.
        """
        ...

    def remove(self, uid: str) -> None:
        """Take the event away, or find it gone."""
        ...

    def changes(self, token: str | None) -> Changes:
        """What has changed since `token`; everything for None and for a token that is too old."""
        ...
