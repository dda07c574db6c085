"""What a check of the way that mails take asks of mail servers and of the names of the internet, as Protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rituals.interfaces import Mailer


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a mail server says it can do, once it knows us."""

    keywords: frozenset[str]
    """PIPELINING, 8BITMIME and so on (RFC 5321 section 4.1.1.1)."""
    largest: int | None
    """Bytes that a mail may have; None where it does not say."""


class Relay(Protocol):
    """One mail server that the settings name."""

    @property
    def name(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def is_here(self) -> bool:
        """Whether it runs on this very machine."""
        ...

    @property
    def encrypts(self) -> bool: ...
    @property
    def signs_in(self) -> bool: ...
    @property
    def mailer(self) -> Mailer:
        """Sends through this one alone."""
        ...

    def greet(self) -> Greeting:
        """Connect, encrypt and sign in as when mails go, and hang up. Raises MailError, which says where it broke."""
        ...


class NamesError(Exception):
    """Nobody answered; that is no word about the name."""


class Names(Protocol):
    """The names of the internet (DNS). What is not there is empty; NamesError is raised where nobody answers."""

    def texts(self, name: str) -> Sequence[str]: ...
    def exchangers(self, name: str) -> Sequence[str]:
        """Where mail for this name goes, the preferred first; `.` where it takes none (RFC 7505)."""
        ...

    def addresses(self, host: str) -> Sequence[str]: ...
    def names_of(self, address: str) -> Sequence[str]: ...
    def is_there(self, name: str) -> bool:
        """Whether this name, or any below it, has something to say (RFC 8020)."""
        ...
