"""An iCalendar object as a tree of lines: what we do not understand is kept letter by letter (RFC 5545, 3.1)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

DEEPEST = 10
MOST_LINES = 200_000
OCTETS = 75
FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
BREAK = re.compile(r"\r\n|\n|\r")
PROPERTY = re.compile(r'([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)', re.DOTALL)
ESCAPED = re.compile(r"\\([\\;,nN])")


class BrokenIcsError(ValueError):
    """No iCalendar object, or half of one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its name in capitals, its parameters as they stand, its value as it stands."""

    name: str
    parameters: str
    value: str

    @classmethod
    def read(cls, text: str) -> "Line":
        found = PROPERTY.fullmatch(text)
        if found is None:
            raise BrokenIcsError("a line without a value")
        return cls(found[1].upper(), found[2], found[3])

    @property
    def text(self) -> str:
        """The value as its reader sees it."""
        return ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)

    def parameter(self, name: str) -> str:
        found = re.search(rf';{name}=(?:"([^"]*)"|([^;]*))', self.parameters, re.IGNORECASE)
        return (found[1] or found[2] or "") if found else ""

    def __str__(self) -> str:
        return f"{self.name}{self.parameters}:{self.value}"


@dataclass(frozen=True, slots=True)
class Component:
    """A component with its properties and the components in it, in their order."""

    name: str
    lines: tuple[Line, ...] = ()
    parts: tuple["Component", ...] = ()

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def every(self, *names: str) -> list[Line]:
        return [line for line in self.lines if line.name in names]

    def value(self, name: str) -> str:
        line = self.first(name)
        return line.value.strip() if line else ""

    def all(self, name: str) -> list["Component"]:
        return [part for part in self.parts if part.name == name]

    def without(self, *names: str) -> "Component":
        return replace(self, lines=tuple(line for line in self.lines if line.name not in names))

    def adding(self, *lines: Line) -> "Component":
        return replace(self, lines=(*self.lines, *lines))


def parse(ics: bytes) -> Component:
    """The first component, a VCALENDAR as a rule. Raises BrokenIcsError."""
    text = ics.decode("utf-8-sig", "replace").replace("\0", "")
    lines = (line for line in BREAK.split(FOLD.sub("", text)) if line.strip())
    opened: list[tuple[str, list[Line], list[Component]]] = []
    for count, line in enumerate(lines):
        found = Line.read(line)
        if found.name == "BEGIN":
            opened.append((found.value.strip().upper(), [], []))
        elif not opened or len(opened) > DEEPEST or count > MOST_LINES:
            raise BrokenIcsError("no calendar, or too much of one")
        elif found.name == "END":
            name, properties, parts = opened.pop()
            if name != found.value.strip().upper():
                raise BrokenIcsError("components that cross")
            component = Component(name, tuple(properties), tuple(parts))
            if not opened:
                return component
            opened[-1][2].append(component)
        else:
            opened[-1][1].append(found)
    raise BrokenIcsError("it ends too early")


def written(component: Component) -> bytes:
    """With CRLF, folded at 75 octets, never inside a character."""
    return b"".join(_folded(line) for line in _texts(component))


def _texts(component: Component) -> Iterator[str]:
    yield f"BEGIN:{component.name}"
    yield from map(str, component.lines)
    for part in component.parts:
        yield from _texts(part)
    yield f"END:{component.name}"


def _folded(text: str) -> bytes:
    data, pieces, room = text.encode("utf-8", "replace"), [], OCTETS
    while len(data) > room:
        cut = room
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut])
        data, room = data[cut:], OCTETS - 1
    return b"\r\n ".join([*pieces, data]) + b"\r\n"


def escaped(text: str) -> str:
    """A text as a value."""
    for sign, written_as in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, written_as)
    return text


def zones_named(components: Iterable[Component]) -> frozenset[str]:
    """Every TZID that these refer to, those inside them included."""
    found: set[str] = set()
    for component in components:
        found |= {tzid for line in component.lines if (tzid := line.parameter("TZID"))}
        found |= zones_named(component.parts)
    return frozenset(found)
