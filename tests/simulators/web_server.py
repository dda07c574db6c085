"""A web server that answers as it is told, well or badly, and keeps what it was asked."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from tests.simulators.certificate import server_context


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """Counts up with each connection."""


Pieces = Iterable[bytes]
"""Whole answers, or parts of one, as they go out. HANG_UP among them ends the connection."""
HANG_UP = b""


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A proper answer; `content_type="text/calendar"` becomes a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


@dataclass
class WebServer:
    """On loopback, at a port of its own; with `certificate` by https."""

    reply: Callable[[Asked], Pieces] = lambda asked: [answer()]
    certificate: Path | None = None
    asked: list[Asked] = field(default_factory=list)
    _stopping: Event = field(default_factory=Event)
    _connections: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        for each in (self._listener, *self._connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}" if self.certificate else f"http://127.0.0.1:{self.port}"

    def drip(self, data: bytes, *, every: float = 0.02) -> Iterator[bytes]:
        """A byte at a time, until the end of the test if need be."""
        for byte in data:
            yield bytes([byte])
            if self._stopping.wait(every):
                return

    def endless(self, piece: bytes) -> Iterator[bytes]:
        while not self._stopping.is_set():
            yield piece

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                Thread(target=self._serve, args=(connection, len(self._connections)), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError):
            if self.certificate:
                connection = server_context(self.certificate).wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as incoming:
                while asked := _read(incoming.readline, incoming.read, number):
                    self.asked.append(asked)
                    for piece in self.reply(asked):
                        if piece == HANG_UP:
                            connection.shutdown(socket.SHUT_RDWR)
                            return
                        connection.sendall(piece)


def _read(line: Callable[[], bytes], read: Callable[[int], bytes], number: int) -> Asked | None:
    first = line().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while header := line().decode("latin-1").strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(first[0], first[1], headers, read(int(headers.get("content-length", "0"))), number)
