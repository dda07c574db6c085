"""One connection: bytes out and in, all of them before the deadline of the request they belong to."""

import selectors
import socket
import ssl
from contextlib import suppress

from integrations.http.deadline import Deadline

CHUNK = 64 * 1024
LONGEST_LINE = 16 * 1024


class OddAnswerError(Exception):
    """What came is not HTTP, or more than anybody needs. The text repeats nothing of it."""


class Wire:
    """The timeout of a socket starts anew with each byte; here every step gets what is left of one sum.

    So a server that sends a byte a second is given up as soon as one that sends none.
    Everything that goes wrong is an OSError, save OddAnswerError for what makes no sense.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._socket = connection
        self._heard = bytearray()
        self.deadline = deadline
        self.has_answered = False
        """Whether anything came in answer to the last thing that was sent."""

    @classmethod
    def over(cls, connection: socket.socket, trust: ssl.SSLContext | None, host: str, deadline: Deadline) -> "Wire":
        """With `trust`, encrypted, with a server that proves to be `host`."""
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(deadline.left())
            # The handshake as a whole has to fit into the timeout: ssl sees to that.
            return cls(trust.wrap_socket(connection, server_hostname=host) if trust else connection, deadline)
        except BaseException:
            connection.close()
            raise

    def send(self, data: bytes) -> None:
        self.has_answered = False
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self.deadline.left())
            rest = rest[self._socket.send(rest[:CHUNK]) :]

    def line(self) -> bytes:
        """The next line without its end."""
        while (end := self._heard.find(b"\n")) < 0:
            if len(self._heard) > LONGEST_LINE:
                break
            self._hear_more()
        if not 0 <= end <= LONGEST_LINE:
            raise OddAnswerError("a line that never ends")
        line = bytes(self._heard[:end])
        del self._heard[: end + 1]
        return line.removesuffix(b"\r")

    def some(self, most: int) -> bytes:
        """At least one byte."""
        if not self._heard:
            self._hear_more()
        data = bytes(self._heard[:most])
        del self._heard[:most]
        return data

    def is_quiet(self) -> bool:
        """Between two requests: neither hung up nor saying what nobody asked for."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return not self._heard and not selector.select(0)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.close()

    def _hear_more(self) -> None:
        self._socket.settimeout(self.deadline.left())
        heard = self._socket.recv(CHUNK)
        if not heard:
            raise EndOfStreamError("the connection was cut")
        self.has_answered = True
        self._heard += heard


class EndOfStreamError(ConnectionError):
    """The other side has said all it wanted to say."""
