"""What the running program is made of, built once and passed along; tests replace a part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from rituals.busy_interfaces import BusySource
from rituals.calendar_interfaces import CalendarProvider
from rituals.catalogue import Catalogue
from rituals.connection import Way
from rituals.interfaces import Clock, Mailbox, Mailer, Sealer
from service.database import Database
from service.links import Links
from service.settings import Settings
from service.threads import Threads

KEEPERS = 4
"""How many connected calendars a worker looks at once."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How mail may be handed over."""

    patience: timedelta = timedelta(seconds=5)
    """How long the server may take to take a body and to answer it; well inside the lease."""


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, the database, the clock, and the ways out."""

    settings: Settings
    database: Database
    clock: Clock
    mailer: Mailer
    catalogue: Catalogue
    links: Links
    vault: Sealer
    """For what stays: credentials and secrets of theirs."""
    strongbox: Sealer
    """For composed mails, until they have gone."""
    mailbox: Mailbox | None = None
    """What the built-in mailbox holds; only in development, and only where mails stay here."""
    sending: Sending = Sending()
    threads: Threads = field(default_factory=Threads)
    calendars: Mapping[Way, CalendarProvider] = field(default_factory=dict)
    """The kinds of calendars that can be connected here, by their way."""
    addresses: BusySource | None = None
    """Reads the calendars that partners only let be looked at."""
    keepers: int = KEEPERS
