"""Foreign text made harmless for calendars and mails: no control, no reversal of reading order."""

from unicodedata import category

REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""The bidirectional embeddings, overrides and isolates: they make a text read as another."""


def one_line(text: str) -> str:
    """The text on one line, line breaks of every kind turned into spaces."""
    return _printable(" ".join(text.splitlines()))


def paragraphs(text: str) -> str:
    """The text with its line breaks, all of one kind."""
    return "\n".join(map(_printable, text.splitlines()))


def _printable(line: str) -> str:
    spaced = line.replace("\t", " ")
    return "".join(sign for sign in spaced if category(sign) not in {"Cc", "Cs"} and sign not in REORDERING).strip()
