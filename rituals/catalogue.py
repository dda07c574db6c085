"""The catalogue: all rituals on offer, read from a folder of deck files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rituals.deck import read_deck
from rituals.deck_error import DeckError, DeckErrors, Proof
from rituals.ritual import Budget, Idea, Kind, Knowledge, Prompt, Ritual, Setting, Step, Way

__all__ = [
    "Budget",
    "Catalogue",
    "DeckError",
    "DeckErrors",
    "Idea",
    "Kind",
    "Knowledge",
    "Prompt",
    "Ritual",
    "Setting",
    "Step",
    "Way",
    "check",
]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Immutable. Iterating gives the rituals in the order of their place; `in` and [] take a slug."""

    rituals: tuple[Ritual, ...]

    @classmethod
    def load(cls, folder: Path) -> "Catalogue":
        """Raises DeckErrors with everything that is wrong in all the files."""
        rituals, errors = _read(folder)
        if errors:
            raise DeckErrors(errors)
        return cls(tuple(sorted(rituals, key=lambda ritual: (ritual.place, ritual.name))))

    def get(self, slug: str) -> Ritual | None:
        return next((ritual for ritual in self.rituals if ritual.slug == slug), None)

    def __getitem__(self, slug: str) -> Ritual:
        ritual = self.get(slug)
        if ritual is None:
            raise KeyError(slug)
        return ritual

    def __contains__(self, slug: object) -> bool:
        return any(ritual.slug == slug for ritual in self.rituals)

    def __iter__(self) -> Iterator[Ritual]:
        return iter(self.rituals)

    def __len__(self) -> int:
        return len(self.rituals)


def check(folder: Path) -> list[DeckError]:
    """Everything that is wrong in the deck files of this folder; empty when all is well."""
    return _read(folder)[1]


def _read(folder: Path) -> tuple[list[Ritual], list[DeckError]]:
    rituals: list[Ritual] = []
    errors: list[DeckError] = []
    for path in sorted(folder.glob("[!.]*.md")):
        try:
            rituals.append(read_deck(path))
        except DeckErrors as found:
            errors.extend(found.errors)
    if not rituals and not errors:
        errors.append(DeckError(file=str(folder), line=1, problem="there is no deck here", cure="add a file x.md"))
    return rituals, errors + _twice_named(rituals, folder)


def _twice_named(rituals: list[Ritual], folder: Path) -> list[DeckError]:
    seen: dict[str, Ritual] = {}
    errors: list[DeckError] = []
    for ritual in rituals:
        first = seen.setdefault(ritual.name.casefold(), ritual)
        if first is not ritual:
            proof = Proof.of(folder / f"{ritual.slug}.md")
            proof.mark(1, f"{first.slug}.md has the same name {ritual.name!r}", "give one of the two another name")
            errors.extend(proof.errors)
    return errors
