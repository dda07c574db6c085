"""The XML that WebDAV is spoken in: read with no document type and no entity of its own, and written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

DAV = "DAV:"
CALDAV = "urn:ietf:params:xml:ns:caldav"
APPLE = "http://apple.com/ns/ical/"
CALENDARSERVER = "http://calendarserver.org/ns/"
NAMESPACES = {"d": DAV, "c": CALDAV, "a": APPLE, "s": CALENDARSERVER}
DEEPEST = 30
MOST_ELEMENTS = 300_000


class BrokenXmlError(ValueError):
    """No XML, or more of it than any server needs."""


@dataclass(slots=True)
class Element:
    """`name` is written as in our requests, 'd:href'; elements of other namespaces have a name that nothing matches."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    def child(self, name: str) -> "Element | None":
        return next((child for child in self.children if child.name == name), None)

    def every(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def find(self, *path: str) -> "Element | None":
        """One by one downwards, the first of each name."""
        found: Element | None = self
        for name in path:
            found = found.child(name) if found else None
        return found


def parse(body: bytes) -> Element:
    """The root. Raises BrokenXmlError."""
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except expat.ExpatError as error:
        raise BrokenXmlError("no XML") from error
    return reader.root.children[0]


def element(tag: str, /, *inner: str, **attributes: str) -> str:
    """One element of a request; `inner` is markup or text that is escaped already."""
    said = "".join(f' {key.replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{said}>{''.join(inner)}</{tag}>" if inner else f"<{tag}{said}/>"


def document(name: str, *inner: str) -> bytes:
    """A request's body."""
    known = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return f'<?xml version="1.0" encoding="utf-8"?><{name}{known}>{"".join(inner)}</{name}>'.encode()


def props(names: Iterable[str]) -> str:
    return element("d:prop", *map(element, names))


class _Reader:
    def __init__(self) -> None:
        self.root = Element("")
        self._open = [self.root]
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) > DEEPEST:
            raise BrokenXmlError("more than any server needs")
        found = Element(_short(name), attributes)
        self._open[-1].children.append(found)
        self._open.append(found)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _characters(self, data: str) -> None:
        self._open[-1].pieces.append(data)

    def _doctype(self, *_: object) -> None:
        raise BrokenXmlError("a document type: entities are none of a calendar's business")


def _short(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return next((f"{prefix}:{local}" for prefix, uri in NAMESPACES.items() if uri == namespace), name)
