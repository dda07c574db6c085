"""The wire to a relay: bytes out, answers in, nothing for longer than its deadline."""

import re
import socket
import ssl
from dataclasses import dataclass
from time import monotonic

from integrations.mail.relay import Relay

LONGEST_ANSWER = 32 * 1024
"""Bytes; a server that says more in one answer is not listened to any longer."""

CHUNK = 64 * 1024
SHORTEST = 0.001
"""Seconds; a timeout of zero would mean something else."""

ANSWER_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r\n]*))?\r?\n")
ENHANCED_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one command."""

    code: int
    lines: tuple[str, ...]

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

    def send(self, data: bytes) -> None:
        until = self._until()
        rest = memoryview(data)
        while rest:
            left = until - monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            rest = rest[self._socket.send(rest[:CHUNK]) :]

    def expect_time_left(self) -> None:
        """Raise TimeoutError past the deadline."""
        if monotonic() >= self.deadline:
            raise TimeoutError

    def answer(self) -> Answer:
        """Read one answer, however many lines it has."""
        until = self._until()
        code, lines = 0, list[str]()
        allowed = LONGEST_ANSWER
        while True:
            line = self._line(until, allowed)
            allowed -= len(line)
            match = ANSWER_LINE.fullmatch(line)
            if match is None or code not in (0, int(match[1])):
                raise ConnectionAbortedError("the server's answer is not SMTP")
            code = int(match[1])
            lines.append((match[3] or b"").decode("ascii", "replace"))
            if match[2] != b"-":
                return Answer(code, tuple(lines))

    def speaks_unasked(self) -> bool:
        """Whether something came from the server that nobody has read; ConnectionError if it has hung up."""
        if not self._heard:
            self._socket.settimeout(0)
            try:
                self._hear()
            except (BlockingIOError, ssl.SSLWantReadError):
                return False
        return True

    def encrypt(self, relay: Relay) -> None:
        if self._heard:
            # Said in clear before the handshake, it would pass for said under its protection (CVE-2011-0411).
            raise ConnectionAbortedError("the server spoke out of turn before TLS")
        self._socket.settimeout(max(self._until() - monotonic(), SHORTEST))
        self._socket = _tls(relay).wrap_socket(self._socket, server_hostname=relay.host)

    def own_name(self) -> str:
        """How to introduce oneself without a lookup: an address literal (RFC 5321 section 4.1.3)."""
        address = str(self._socket.getsockname()[0]).partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def close(self) -> None:
        self._socket.close()

    def _until(self) -> float:
        return min(self.deadline, monotonic() + self._step)

    def _line(self, until: float, allowed: int) -> bytes:
        while b"\n" not in self._heard:
            if len(self._heard) > allowed:
                raise ConnectionAbortedError("the server's answer never ends")
            # Past the deadline what has already arrived is still read: a process that was stopped
            # and woken up must not take a 250 that waits for it as an open question.
            self._socket.settimeout(max(until - monotonic(), 0.0))
            try:
                self._hear()
            except (BlockingIOError, ssl.SSLWantReadError) as error:
                raise TimeoutError from error
        line, newline, self._heard = self._heard.partition(b"\n")
        if len(line) > allowed:
            raise ConnectionAbortedError("the server's answer never ends")
        return line + newline

    def _hear(self) -> None:
        heard = self._socket.recv(4096)
        if not heard:
            raise ConnectionResetError("the server hung up")
        self._heard += heard

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
                return candidate
        raise failure


def _tls(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not relay.verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
