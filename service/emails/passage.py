"""A few lines of a mail that belong together, and what can be done about them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines in words; links as pairs of words and address."""

    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
    asks: bool = False
    """Whether it waits for an answer."""
