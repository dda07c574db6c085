"""What a mail system's code says about an address (RFC 3463, RFC 5321)."""

import re

ENHANCED = re.compile(r"(?<![0-9.])[245]\.[0-9]{1,3}\.[0-9]{1,3}(?!\.?[0-9])")
PLAIN = re.compile(r"(?:[A-Za-z0-9-]+; *)?([245][0-9]{2})(?!\.?[0-9])")
NOTHING_IN_PARTICULAR = ("", "5.0.0")
OF_SOMETHING_ELSE = re.compile(r"5\.[67]\.|5\.1\.[78]$|5\.2\.3$|5\.3\.4$|5\.4\.[67]$|5\.5\.[1-9]|50[0-4]$|53.$|55[45]$")
"""Refused for good, though not because of the address: who we are, what we wrote, how we said it, how long it took."""


def refuses_address(code: str, detail: str = "") -> bool:
    """Whether it says that no mail will ever reach this address.

    `code` is a status (`5.1.1`) or an answer (`550 5.1.1`). Where it says nothing in particular, what `detail` says
    counts (`smtp; 550 5.1.1 no such user`).
    """
    said = _code(code)
    if said in NOTHING_IN_PARTICULAR:
        said = _code(detail) or said
    return said.startswith("5") and OF_SOMETHING_ELSE.match(said) is None


def _code(text: str) -> str:
    """The enhanced code in it, else the plain one that it begins with."""
    enhanced, plain = ENHANCED.search(text), PLAIN.match(text)
    return enhanced[0] if enhanced else plain[1] if plain else ""
