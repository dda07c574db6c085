"""Words that people write about themselves: cleaned, kept short, and never anything but text."""

import unicodedata

from rituals.refused import RefusedError

_DROPPED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_VISIBLE = "LNPS"
"""Letters, numbers, punctuation and symbols; marks and joiners alone show nothing."""
_JOINERS = {"\u200c", "\u200d"}  # some scripts and family names need them


def one_line(text: str, *, limit: int, field: str, name: str) -> str:
    """The text on one line, without control characters or direction overrides.

    Raises RefusedError above `limit` characters; nothing is cut off silently.
    """
    visible = (" " if character in "\t\r\n\x0b\x0c\x85\u2028\u2029" else character for character in text)
    kept = "".join(c for c in visible if c in _JOINERS or unicodedata.category(c) not in _DROPPED)
    line = " ".join(kept.split()) if any(unicodedata.category(c)[0] in _VISIBLE for c in kept) else ""
    if len(line) > limit:
        raise RefusedError(f"{name} can have {limit} characters at most; this has {len(line)}.", field=field)
    return line
