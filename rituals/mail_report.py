"""What comes back to us when a mail could not be delivered, or was unwanted (RFC 3464, RFC 5965)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rituals.mail_status import refuses_address

LARGEST = 1024 * 1024
"""Bytes. What we ask stands at the beginning; the rest is our own mail."""
LONGEST_HEAD = 64 * 1024
DEEPEST = 3
MOST_PARTS = 10
MOST_GROUPS = 50

WHERE_IT_WENT = ("delivered-to", "x-original-to", "envelope-to", "to")
BOUNDARY = re.compile(r'boundary="?([^";]{1,200})', re.IGNORECASE)
LINE_END = re.compile(rb"\r\n|\r")
FOLD = re.compile(r"\n[ \t]+")
BLANK = re.compile(rb"\n[ \t]*\n")
WORD = re.compile(r"[a-z-]+")
UNWANTED = frozenset({"abuse", "fraud", "opt-out"})


class Returned(StrEnum):
    """In which way a mail of ours comes back."""

    BOUNCE = "bounce"
    """It could not be delivered, and neither could any other to this address."""
    COMPLAINT = "complaint"
    """Its reader called it unwanted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is said, and every text that may name the mail of which it is said."""

    returned: Returned
    addresses: tuple[str, ...]


Fields = Mapping[str, str]
"""By their names in lower case; of a name that comes twice, the values one after the other."""


def read(content: bytes) -> Report | None:
    """The report in this mail. None for everything else: delays, answers, absences, and what makes no sense.

    Whoever sends it may write what they like. The time this takes grows with its length and with nothing else.
    """
    head, body = _halves(LINE_END.sub(b"\n", content[:LARGEST]).lstrip(b"\n"))
    arrived = tuple(head[name] for name in WHERE_IT_WENT if name in head)
    parts = list(_parts(head, body, DEEPEST))
    for kind, text in parts:
        if kind in ("message/delivery-status", "message/global-delivery-status") and _is_bounce(text):
            return Report(Returned.BOUNCE, arrived)
        if kind == "message/feedback-report":
            fields, _ = _halves(text)
            if _first_word(fields.get("feedback-type", "")) in UNWANTED:
                return Report(Returned.COMPLAINT, (*arrived, *_of_the_original(fields, parts)))
    return None


def _parts(head: Fields, body: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """Kind and content of each part that is none of several itself."""
    kind, boundary = _first_word(head.get("content-type", ""), "[a-z0-9/+.-]+"), _boundary(head)
    if not kind.startswith("multipart/") or not boundary:
        yield kind, body
    elif depth:
        delimiter = re.compile(rb"^--" + re.escape(boundary) + rb"(?:--)?[ \t]*$", re.MULTILINE)
        for part in delimiter.split(body, maxsplit=MOST_PARTS)[1:]:
            yield from _parts(*_halves(part.removeprefix(b"\n")), depth - 1)


def _is_bounce(text: bytes) -> bool:
    """Whether it failed for good for everybody it was for, which is one: one recipient a mail."""
    groups = [_halves(group.strip(b"\n"))[0] for group in BLANK.split(text, maxsplit=MOST_GROUPS)]
    about_somebody = [group for group in groups if "action" in group]
    return bool(about_somebody) and all(map(_failed_for_good, about_somebody))


def _failed_for_good(group: Fields) -> bool:
    said = group.get("status", ""), group.get("diagnostic-code", "")
    return _first_word(group["action"]) == "failed" and refuses_address(*said)


def _of_the_original(fields: Fields, parts: list[tuple[str, bytes]]) -> Iterator[str]:
    """Where the mail came from that somebody complains of: such a report goes to an address that names none."""
    yield fields.get("original-mail-from", "")
    for kind, text in parts:
        if kind in ("message/rfc822", "text/rfc822-headers", "message/global"):
            yield _halves(text)[0].get("return-path", "")


def _halves(text: bytes) -> tuple[Fields, bytes]:
    """The header fields, unfolded, and what comes after the first empty line."""
    if text.startswith(b"\n"):
        return {}, text[1:]
    found = BLANK.search(text)
    end, start = found.span() if found else (len(text), len(text))
    lines = FOLD.sub(" ", text[: min(end, LONGEST_HEAD)].decode("latin-1")).split("\n")
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), []).append(value.strip())
    return {name: " ".join(values) for name, values in fields.items()}, text[start:]


def _boundary(head: Fields) -> bytes:
    found = BOUNDARY.search(head.get("content-type", ""))
    return found[1].strip().encode("latin-1") if found else b""


def _first_word(text: str, word: str = WORD.pattern) -> str:
    found = re.match(word, text.strip().lower())
    return found[0] if found else ""
