"""One answer of a server, read off the wire (RFC 9112)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from integrations.http.wire import CHUNK, EndOfStreamError, OddAnswerError, Wire

STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: .*)?")
HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*", re.DOTALL)
MOST_HEADER_LINES = 200
MOST_INTERIM_ANSWERS = 10
BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers; several of one name are joined by a comma."""

    status: int
    headers: dict[str, str]
    keeps_alive: bool

    @property
    def is_chunked(self) -> bool:
        return self.headers.get("transfer-encoding", "").lower().endswith("chunked")

    @property
    def length(self) -> int | None:
        text = self.headers.get("content-length")
        if text is None:
            return None
        # The same length twice is one; two lengths are an attack on whoever believes either.
        (length, *others) = {part.strip() for part in text.split(",")}
        if others or not re.fullmatch(r"[0-9]{1,15}", length):
            raise OddAnswerError("a length that makes no sense")
        return int(length)

    @property
    def ends_with_connection(self) -> bool:
        return not self.is_chunked and self.length is None


def read_head(wire: Wire) -> Head:
    """The head of the final answer; interim ones (100 Continue) are passed over."""
    for _ in range(MOST_INTERIM_ANSWERS):
        head = _head(wire)
        if head.status >= 200:
            return head
    raise OddAnswerError("interim answers without end")


def read_body(wire: Wire, head: Head, method: str) -> Iterator[bytes]:
    """Piece by piece, as it was packed by the server."""
    if method == "HEAD" or head.status in BODILESS:
        return iter(())
    if head.is_chunked:
        return _chunks(wire)
    return _to_the_end(wire) if head.length is None else _exactly(wire, head.length)


def _head(wire: Wire) -> Head:
    found = STATUS_LINE.fullmatch(wire.line())
    if found is None:
        raise OddAnswerError("no answer in HTTP")
    headers: dict[str, str] = {}
    for name, value in _headers(wire):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    wishes = {wish.strip().lower() for wish in headers.get("connection", "").split(",")}
    keeps_alive = "close" not in wishes and (found[1] == b"1" or "keep-alive" in wishes)
    return Head(int(found[2]), headers, keeps_alive)


def _headers(wire: Wire) -> Iterator[tuple[str, str]]:
    for _ in range(MOST_HEADER_LINES):
        line = wire.line()
        if not line:
            return
        found = HEADER.fullmatch(line)
        if found is None:
            raise OddAnswerError("a header that cannot be read")
        yield found[1].decode("ascii").lower(), found[2].decode("latin-1")
    raise OddAnswerError("headers without end")


def _exactly(wire: Wire, length: int) -> Iterator[bytes]:
    while length:
        piece = wire.some(min(length, CHUNK))
        length -= len(piece)
        yield piece


def _chunks(wire: Wire) -> Iterator[bytes]:
    while size := _chunk_size(wire.line()):
        yield from _exactly(wire, size)
        if wire.line():
            raise OddAnswerError("a chunk longer than it said")
    for _ in _headers(wire):
        pass  # Trailers say nothing that we need.


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9A-Fa-f]{1,12}", digits):
        raise OddAnswerError("a chunk without a size")
    return int(digits, 16)


def _to_the_end(wire: Wire) -> Iterator[bytes]:
    while True:
        try:
            yield wire.some(CHUNK)
        except EndOfStreamError:
            return
