"""What was seen: rows after each commit, and every body that left."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rituals.delivery import PROMPT_WINDOW
from rituals.errand import HELD, State
from rituals.interfaces import Envelope
from tests.simulation.post import DEFINITE, KEPT, UNHEARD, Reply
from tests.simulation.strand import Strand
from tests.simulation.time import Time

MESSAGE_ID = re.compile(rb"\r\nMessage-ID: (<[^>]+>)\r\n")
PROMPT = re.compile(rb"<prompt\.(\d+)\.(\d+)\.")
COUPLE = "the couple"


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as it stands after a commit."""

    id: int
    state: State
    copies: int
    holder: int | None
    due_at: datetime
    try_at: datetime | None
    half: timedelta
    """Of its date."""

    @property
    def is_held(self) -> bool:
        return self.state in HELD

    @property
    def window(self) -> timedelta:
        """As it is promised, whatever the row says."""
        return min(PROMPT_WINDOW, self.half)

    @property
    def expires_at(self) -> datetime:
        return self.due_at + self.window


@dataclass(slots=True)
class Copy:
    """One body, from the moment at which it was let go."""

    envelope: Envelope
    strand: Strand
    at: float
    """Seconds passed by then."""
    stalled: float
    """How long its strand had been stalled by then, in all of its life."""
    holder: int | None = None
    """Of its row, when it was put on record that it may leave."""
    is_whole: bool = False
    reply: Reply | None = None
    """What the server did with it; None while nobody knows."""
    is_heard: bool = False

    @property
    def may_have_arrived(self) -> bool:
        return self.is_whole and self.reply not in DEFINITE

    @property
    def has_arrived(self) -> bool:
        return self.is_whole and self.reply in KEPT

    @property
    def is_excused(self) -> bool:
        """Whether it cannot be helped that nobody knows that it arrived."""
        return self.strand.is_over or self.reply in UNHEARD or self.strand.stalled > self.stalled

    @property
    def message_id(self) -> bytes:
        return message_id(self.envelope)

    @property
    def delivery_id(self) -> int | None:
        return delivery_id(self.envelope)


@dataclass(slots=True)
class Record:
    """Everything, by whom and when; `broken` are the promises that it breaks."""

    time: Time
    lease: timedelta
    rows: dict[int, Row] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    """Which process drew which holder's number."""
    intents: dict[tuple[int, str], Row] = field(default_factory=dict)
    """By delivery and process: that a copy may leave is on record, and none has left since."""
    copies: list[Copy] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    """Deliveries to which the server said no for good."""
    bounced: bool = False
    """Whether the server ever said that nobody is there: then nothing more is sent to them."""
    broken: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    calm_since: float = 0.0
    """Seconds passed when somebody was last killed, stalled, refused or led astray."""

    @property
    def calm(self) -> timedelta:
        return timedelta(seconds=self.time.passed - self.calm_since)

    def disturb(self) -> None:
        self.calm_since = self.time.passed

    def of(self, row_id: int) -> list[Copy]:
        """All that left for one delivery, whenever it was due."""
        return [copy for copy in self.copies if copy.delivery_id == row_id]

    def say(self, words: str) -> None:
        self.said.append(f"{self.time.now():%d %H:%M:%S} {words}")

    def must(self, holds: bool, words: str) -> None:
        if not holds:
            self.say(f"BROKEN: {words}")
            self.broken.append(words)


def message_id(envelope: Envelope) -> bytes:
    found = MESSAGE_ID.search(envelope.content)
    assert found is not None
    return found[1]


def delivery_id(envelope: Envelope) -> int | None:
    """None for a letter."""
    found = PROMPT.match(message_id(envelope))
    return int(found[1]) if found else None


def label(envelope: Envelope) -> str:
    row_id = delivery_id(envelope)
    return f"a letter to {envelope.recipient}" if row_id is None else f"prompt {row_id}"


def process_of(strand: Strand | None) -> str:
    return COUPLE if strand is None else strand.name.partition("/")[0]
