"""Bodies that were packed for their journey, and what they hold: never more than was allowed."""

import zlib
from collections.abc import Iterable

from integrations.http.wire import OddAnswerError

OFFERED = "gzip, deflate"
WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


def unpacked(pieces: Iterable[bytes], encoding: str, *, largest: int) -> bytes:
    """The whole body. Raises OddAnswerError where it is larger, or packed in an unknown or broken way."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return _joined(pieces, largest)
    if encoding not in WINDOWS:
        raise OddAnswerError("a body packed in an unknown way")
    return _inflated(pieces, WINDOWS[encoding], largest)


def _joined(pieces: Iterable[bytes], largest: int) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        _expect_fitting(body, largest)
    return bytes(body)


def _inflated(pieces: Iterable[bytes], window: int, largest: int) -> bytes:
    body = bytearray()
    packed = zlib.decompressobj(window)
    received = 0
    for piece in pieces:
        received += len(piece)
        if packed.eof or received > largest:
            raise OddAnswerError("a body that goes on after its end")
        try:
            # One byte more than allowed is enough to know; a bomb is never unpacked.
            body += packed.decompress(piece, largest + 1 - len(body))
        except zlib.error as error:
            raise OddAnswerError("a body that cannot be unpacked") from error
        _expect_fitting(body, largest)
    if not packed.eof and body:
        raise OddAnswerError("a body packed only half")
    return bytes(body)


def _expect_fitting(body: bytearray, largest: int) -> None:
    if len(body) > largest:
        raise OddAnswerError("more than anybody needs")
