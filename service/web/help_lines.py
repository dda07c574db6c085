"""Where to find help, country by country: read from help.toml, which says when each was written down."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "help.toml"


@dataclass(frozen=True, slots=True)
class Line:
    """One helpline."""

    name: str
    number: str
    words: str
    site: str

    @property
    def dial(self) -> str:
        return "".join(character for character in self.number if character in "+0123456789")


@dataclass(frozen=True, slots=True)
class Country:
    name: str
    emergency: str
    written: date
    lines: tuple[Line, ...]


@cache
def countries() -> tuple[Country, ...]:
    """All that we are sure of, by name."""
    with FILE.open("rb") as file:
        content = tomllib.load(file)
    found = (
        Country(
            name=entry["name"],
            emergency=entry["emergency"],
            written=entry["written"],
            lines=tuple(Line(one["name"], one["number"], one["words"], one.get("site", "")) for one in entry["lines"]),
        )
        for entry in content["country"]
    )
    return tuple(sorted(found, key=lambda country: country.name))
