"""A foreign iCalendar file, line by line: only what times are made of is looked at, never a title."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

KINDS = frozenset({"VEVENT", "VFREEBUSY", "VTIMEZONE"})
DATES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE", "FREEBUSY"})
NAMES = DATES | {"UID", "DURATION", "RRULE", "EXRULE", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ATTENDEE"}
LINE_LIMIT = 200_000

_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_BREAK = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its name, what stands before the value, and the value."""

    name: str
    parameters: str
    value: str

    @classmethod
    def read(cls, text: str) -> "Line | None":
        """None for what we never look at, or cannot make out."""
        found = _NAME.match(text)
        name = found.group().upper() if found is not None else ""
        if name not in NAMES or len(text) > LINE_LIMIT:
            return None
        rest = text[len(name) :]
        # Zone names are written with bare colons ('(UTC+01:00) Brussels'); dates never hold one.
        before, colon, value = rest.rpartition(":") if name in DATES else rest.partition(":")
        return cls(name, before, value.strip()) if colon else None

    def parameter(self, name: str) -> str:
        found = re.search(rf';{name}=(?:"([^"]*)"|([^;]*))', self.parameters, re.IGNORECASE)
        return (found.group(1) or found.group(2) or "").strip() if found is not None else ""


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a file. Of a time zone all lines as they stand, of anything else what we look at."""

    kind: str
    lines: list[Line] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def value(self, name: str) -> str:
        line = self.first(name)
        return line.value if line is not None else ""

    @property
    def zone_name(self) -> str:
        """Of a time zone that the file brings along; else nothing."""
        return next((line.partition(":")[2].strip() for line in self.raw if line[:5].upper() == "TZID:"), "")

    def every(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]


def unfolded(ics: bytes) -> list[str]:
    """Its lines, whatever ends them."""
    text = ics.decode("utf-8-sig", "replace").replace("\0", "")
    return _BREAK.split(_FOLD.sub("", text))


def parts(lines: list[str]) -> Iterator[Part]:
    """Each component that was closed; one that never ends is lost alone."""
    part, depth = None, 0
    for text in lines:
        word, _, kind = text.partition(":")
        word, kind = word.upper(), kind.strip().upper()
        if word == "BEGIN" and kind in KINDS:
            part, depth = Part(kind), 0
        elif part is None:
            continue
        elif word == "END" and kind == part.kind:
            yield part
            part = None
        elif word in {"BEGIN", "END"}:
            depth += 1 if word == "BEGIN" else -1
            part.raw.append(text)
        elif part.kind == "VTIMEZONE":
            part.raw.append(text)
        elif depth == 0:
            line = Line.read(text)
            if line is not None:
                part.lines.append(line)


def calendar_zone(lines: list[str]) -> str:
    """X-WR-TIMEZONE: where the file's clock stands, if it says so."""
    return next((line.partition(":")[2].strip() for line in lines if line[:14].upper() == "X-WR-TIMEZONE:"), "")
