"""What is wrong in a deck file, told to its author."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path


class DeckError(ValueError):
    """One mistake: 'rituals/decks/x.md, line 12: depth is 4; write 1, 2 or 3.'"""

    def __init__(self, *, file: str, line: int, problem: str, cure: str) -> None:
        super().__init__(f"{file}, line {line}: {problem}; {cure}.")
        self.file = file
        self.line = line
        self.problem = problem
        self.cure = cure


class DeckErrors(ValueError):
    """All mistakes of one reading, a line for each, so that an author mends them in one go."""

    def __init__(self, errors: Iterable[DeckError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


@dataclass(frozen=True, slots=True)
class Proof:
    """One file being proofread: mistakes are marked, and reading goes on."""

    file: str
    errors: list[DeckError] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path) -> "Proof":
        return cls(file="/".join(path.parts[-3:]))

    def mark(self, line: int, problem: str, cure: str) -> None:
        self.errors.append(DeckError(file=self.file, line=line, problem=problem, cure=cure))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that the author probably meant."""
    return next(iter(get_close_matches(word.lower(), list(known), n=1, cutoff=0.7)), None)


def one_of(words: Iterable[str]) -> str:
    """'free, little or some', for a cure."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
