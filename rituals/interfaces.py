"""What the domain asks of the outside world, as Protocols."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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
    is_even: bool = False
    """Whether each line is known to end so: then nobody need look."""


class MailError(Exception):
    """The message did not verifiably leave.

    `permanent`: asking again cannot help. `uncertain`: the body was handed over whole and the answer
    never came, so the message may have arrived. `recipient_refused`: this address takes no mail.
    `unreachable`: no relay took part, so nothing is said about the message; it may go another way at once.
    The text carries no address.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        recipient_refused: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain
        self.recipient_refused = recipient_refused
        self.unreachable = unreachable


class MailConnection(Protocol):
    """One reusable way to one mail server, used by one thread at a time."""

    @property
    def relay(self) -> str:
        """The mail server's name for logs and metrics, without credentials."""
        ...

    def rests(self) -> float:
        """Seconds until it makes sense to send on it: its mail server rests after a failure, or has had its share."""
        ...

    @property
    def hears_next(self) -> bool:
        """Whether the server has begun to answer to `then`: the next send() asks its `hand_over` at once."""
        ...

    def open(self) -> None:
        """Be ready to send at once. Raises MailError, `unreachable`, where that fails; send() would do it as well."""
        ...

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        """Send one message; True once the server has accepted it, False if `hand_over` said no.

        Raises MailError in every other case. `hand_over` is asked as late as can be: right before the body.
        `then` is what will probably be sent next on this connection: its envelope may travel along. It is a
        hint and no promise; whatever becomes of it is said when it is sent.
        """
        ...

    def close(self) -> None:
        """Say goodbye if the server still listens; never raises."""
        ...


class Mailer(Protocol):
    """Where mail goes."""

    def connections(self) -> Sequence[MailConnection]:
        """One for each that may be open at once, each to one mail server; none of them is open yet."""
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
