"""One ritual on offer: how it goes, what is known about it, and its deck of prompts."""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum


class Kind(StrEnum):
    TOGETHER = "together"
    """Both partners, on both calendars."""
    SOLO = "solo"
    """Each partner alone; what is answered is the writer's and never shown to the other."""
    GESTURE = "gesture"
    """One partner at a time, turn by turn, as a surprise: the other's mail and calendar show nothing of it."""
    ON_DEMAND = "on-demand"
    """Started by one tap when it is needed. It has no rhythm."""

    @property
    def recurs(self) -> bool:
        return self is not Kind.ON_DEMAND

    @property
    def is_private(self) -> bool:
        return self is Kind.SOLO

    @property
    def takes_turns(self) -> bool:
        return self is Kind.GESTURE


class Budget(StrEnum):
    FREE = "free"
    LITTLE = "little"
    SOME = "some"
    TREAT = "treat"


class Setting(StrEnum):
    INDOORS = "indoors"
    OUTDOORS = "outdoors"
    EITHER = "either"


class Way(StrEnum):
    """The way in which somebody feels loved; each partner says which is theirs."""

    WORDS = "words"
    TIME = "time"
    HELP = "help"
    GIFTS = "gifts"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class Idea:
    """Something to do, to be chosen by what it asks for. The prompt's question is for the way home."""

    text: str
    budget: Budget
    setting: Setting
    at_home: bool
    needs_sitter: bool
    """Whoever has somebody to look after needs a stand-in for it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    title: str
    depth: int
    """1 light, 2 open, 3 tender."""
    question: str
    deeper: tuple[str, ...]
    source: str
    idea: Idea | None = None
    starters: tuple[str, ...] = ()
    """Words to borrow, where one partner writes or says something to the other."""
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What research found, and what it does not tell."""

    text: str
    source: str
    doi: str | None
    limits: str


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Ritual:
    slug: str
    place: int
    """Where it stands in the catalogue; the lowest comes first."""
    name: str
    plain_name: str
    """For calendars that somebody else may see: 'Coffee'."""
    kind: Kind
    line: str
    about: tuple[str, ...]
    rule: str | None
    """The usual rhythm as an RRULE (RFC 5545). None for a ritual on demand."""
    starts: time
    """The usual wall-clock start; for a ritual on demand, the hour that is suggested first."""
    duration: timedelta
    before: str
    settling: str | None
    listening: str | None
    order: tuple[Step, ...]
    closing: str
    invitation: str | None
    """What the other partner reads when one has asked for a ritual on demand."""
    known: tuple[Knowledge, ...]
    samples: tuple[str, ...]
    prompts: tuple[Prompt, ...]

    def prompt(self, title: str) -> Prompt | None:
        return next((prompt for prompt in self.prompts if prompt.title == title), None)

    def phones(self, place: str) -> str:
        """Where they go: the couple's own place, or simply away where an idea may lead out of the house."""
        leads_out = any(prompt.idea and not prompt.idea.at_home for prompt in self.prompts)
        return "away" if leads_out else place

    @property
    def sample_prompts(self) -> tuple[Prompt, ...]:
        """The prompts that the catalogue shows before anybody has chosen."""
        return tuple(prompt for title in self.samples if (prompt := self.prompt(title)))
