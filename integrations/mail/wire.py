"""The wire to a relay: bytes out, answers in, nothing for longer than its deadline."""

import re
import select
import socket
import ssl
from dataclasses import dataclass
from math import ceil
from time import monotonic

from integrations.mail.relay import Relay

LONGEST_ANSWER = 32 * 1024
"""Bytes; a server that says more in one answer is not listened to any longer."""

CHUNK = 64 * 1024
SHORTEST = 0.001
"""Seconds; a timeout of zero would mean something else."""

ANSWER_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r\n]*))?\r?\n")
ENHANCED_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")


BUSY = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one command."""

    code: int
    said: tuple[bytes, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line.decode("ascii", "replace") for line in self.said)

    @property
    def status(self) -> str:
        """Code and enhanced code (RFC 3463). Never the rest of the text: servers repeat addresses in it."""
        enhanced = ENHANCED_STATUS.match(self.lines[-1])
        return f"{self.code} {enhanced.group()}" if enhanced else str(self.code)


class Wire:
    """One socket. Every step ends within `step` seconds, and all of them by `deadline` (monotonic seconds).

    smtplib reads an answer with as many timeouts as the server sends bytes; here the time of a step is one sum.
    Everything that goes wrong is an OSError.
    """

    def __init__(self, relay: Relay, *, step: float, deadline: float) -> None:
        self._step = step
        self._heard = b""
        self.deadline = deadline
        self._socket = self._connected(relay)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(self._socket, select.POLLIN)
        self._writable.register(self._socket, select.POLLOUT)

    def send(self, data: bytes) -> None:
        until = self._until()
        rest = memoryview(data)
        while rest:
            if monotonic() >= until:
                raise TimeoutError
            try:
                rest = rest[self._socket.send(rest[:CHUNK]) :]
            except ssl.SSLWantReadError:
                self._readable.poll(_milliseconds(until))
            except BUSY:
                self._writable.poll(_milliseconds(until))

    def expect_time_left(self) -> None:
        """Raise TimeoutError past the deadline."""
        if monotonic() >= self.deadline:
            raise TimeoutError

    def answer(self) -> Answer:
        """Read one answer, however many lines it has."""
        until = self._until()
        if not self._heard:
            self._listen(until)
        line = ANSWER_LINE.match(self._heard)
        if line is None or line[2] == b"-":
            return self._long_answer(until)
        self._heard = self._heard[line.end() :]
        return Answer(int(line[1]), (line[3] or b"",))

    @property
    def has_heard(self) -> bool:
        """Whether something has come that nobody has read."""
        return bool(self._heard)

    def speaks_unasked(self) -> bool:
        """Whether something came from the server that nobody has read; ConnectionError if it has hung up."""
        return bool(self._heard) or (self._is_readable(0) and self._hear())

    def encrypt(self, relay: Relay) -> None:
        if self._heard:
            # Said in clear before the handshake, it would pass for said under its protection (CVE-2011-0411).
            raise ConnectionAbortedError("the server spoke out of turn before TLS")
        self._socket.settimeout(max(self._until() - monotonic(), SHORTEST))
        self._socket = _tls(relay).wrap_socket(self._socket, server_hostname=relay.host)
        self._socket.setblocking(False)

    def own_name(self) -> str:
        """How to introduce oneself without a lookup: an address literal (RFC 5321 section 4.1.3)."""
        address = str(self._socket.getsockname()[0]).partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def close(self) -> None:
        self._socket.close()

    def _until(self) -> float:
        return min(self.deadline, monotonic() + self._step)

    def _long_answer(self, until: float) -> Answer:
        code, said = 0, list[bytes]()
        allowed = LONGEST_ANSWER
        while True:
            line = self._line(until, allowed)
            allowed -= len(line)
            match = ANSWER_LINE.fullmatch(line)
            if match is None or code not in (0, int(match[1])):
                raise ConnectionAbortedError("the server's answer is not SMTP")
            code = int(match[1])
            said.append(match[3] or b"")
            if match[2] != b"-":
                return Answer(code, tuple(said))

    def _line(self, until: float, allowed: int) -> bytes:
        while b"\n" not in self._heard:
            if len(self._heard) > allowed:
                raise ConnectionAbortedError("the server's answer never ends")
            self._listen(until)
        line, newline, self._heard = self._heard.partition(b"\n")
        if len(line) > allowed:
            raise ConnectionAbortedError("the server's answer never ends")
        return line + newline

    def _listen(self, until: float) -> None:
        # Past the deadline what has already arrived is still read: a process that was stopped
        # and woken up must not take a 250 that waits for it as an open question.
        if not self._is_readable(_milliseconds(until)):
            raise TimeoutError
        self._hear()

    def _is_readable(self, milliseconds: int) -> bool:
        is_decrypted = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
        return is_decrypted or bool(self._readable.poll(milliseconds))

    def _hear(self) -> bool:
        """Take in what has come; False if it was no more than half a TLS record."""
        try:
            heard = self._socket.recv(4096)
        except BUSY:
            return False
        if not heard:
            raise ConnectionResetError("the server hung up")
        self._heard += heard
        return True

    def _connected(self, relay: Relay) -> socket.socket:
        failure: OSError = TimeoutError()
        until = self._until()
        addresses = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
        for tried, (family, kind, protocol, _, address) in enumerate(addresses):
            # A dead IPv6 address must not eat the time of the IPv4 address after it.
            share = (until - monotonic()) / (len(addresses) - tried)
            candidate = socket.socket(family, kind, protocol)
            try:
                candidate.settimeout(max(share, SHORTEST))
                candidate.connect(address)
            except OSError as error:
                candidate.close()
                failure = error
            else:
                # The final dot travels apart from the body and must not wait for the body's acknowledgement.
                candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                candidate.setblocking(False)
                return candidate
        raise failure


def _milliseconds(until: float) -> int:
    return max(0, ceil((until - monotonic()) * 1000))


def _tls(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not relay.verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
