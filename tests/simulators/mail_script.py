"""What the faulty mail server does at which stage: rules, and the actions they take."""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event


class Stage(StrEnum):
    """Where a conversation stands. A stage is reached when the server is about to answer there."""

    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    """DATA has been said, 354 has not: nothing of the body has left."""
    BODY = "body"
    """354 has been said and the first byte has come (with `after=n`: the first n)."""
    AFTER_BODY = "after_body"
    """The final dot has come, 250 has not been said."""
    RSET = "rset"
    NOOP = "noop"
    QUIT = "quit"


class HungUp(Exception):
    """The conversation is over."""


@dataclass(slots=True)
class Visit:
    """One moment at one stage, handed to actions and hooks."""

    stage: Stage
    connection: int
    """Counts the connections from 1."""
    sender: str
    recipient: str
    socket: socket.socket
    closing: Event
    size: int = 0
    """Bytes of the body that have come, with what just came."""
    size_before: int = 0

    def say(self, raw: bytes) -> None:
        try:
            self.socket.sendall(raw)
        except OSError as error:
            raise HungUp from error

    def say_last(self, raw: bytes) -> None:
        """Say it and hang up so that both arrive together: who reads it can already see the end."""
        if hasattr(socket, "TCP_CORK"):  # elsewhere the end comes a moment later
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.say(raw)
        self.socket.shutdown(socket.SHUT_WR)
        raise HungUp

    def listen_to_the_end(self) -> None:
        """Take whatever comes, answer nothing, until the client hangs up or the server stops."""
        with suppress(OSError):
            while self.socket.recv(65536):
                pass
        raise HungUp


Action = Callable[[Visit], int | None]
"""None: go on, to the next rule and at last to the usual answer. A number: the code that was answered."""


@dataclass(slots=True)
class Rule:
    """When to act, and how. Visits that it could apply to are counted, whether or not another rule came first."""

    stage: Stage
    action: Action
    first: int | None = None
    nth: int | None = None
    recipient: Callable[[str], bool] | None = None
    after: int = 1
    seen: int = field(default=0, init=False)

    def applies(self, visit: Visit) -> bool:
        if visit.stage is not self.stage or (self.recipient and not self.recipient(visit.recipient)):
            return False
        if self.stage is Stage.BODY and not visit.size_before < self.after <= visit.size:
            return False
        self.seen += 1
        return (self.first is None or self.seen <= self.first) and (self.nth is None or self.seen == self.nth)


def on(
    stage: Stage,
    action: Action,
    *,
    first: int | None = None,
    nth: int | None = None,
    recipient: Callable[[str], bool] | None = None,
    after: int = 1,
) -> Rule:
    """At `stage` do `action`: always, the `first` so many times, or the `nth` time alone; for some recipients alone.

    `after` is for BODY: so many bytes of it have come.
    """
    return Rule(stage, action, first, nth, recipient, after)


def reply(code: int, text: str = "as scripted", *, hang_up: bool = False) -> Action:
    """Answer this; with `hang_up` the answer and the end of the connection arrive together."""

    def act(visit: Visit) -> int:
        raw = f"{code} {text}\r\n".encode()
        if hang_up:
            visit.say_last(raw)
        visit.say(raw)
        return code

    return act


def say(raw: bytes) -> Action:
    """Answer these very bytes: garbage, half an answer, two at once."""

    def act(visit: Visit) -> int:
        visit.say(raw)
        return 0

    return act


def say_endlessly(raw: bytes = b"250-x" * 1000) -> Action:
    """The same again and again, one line without an end if there is none in `raw`, until the client has had enough."""

    def act(visit: Visit) -> int:
        while not visit.closing.is_set():
            visit.say(raw)
        raise HungUp

    return act


def drip(code: int = 250, text: str = "drop by drop " * 20, *, seconds: float = 0.02) -> Action:
    """The right answer, a byte every `seconds`."""

    def act(visit: Visit) -> int:
        for byte in f"{code} {text}\r\n".encode():
            visit.say(bytes((byte,)))
            visit.closing.wait(seconds)
        return code

    return act


def hang() -> Action:
    """Never answer; the connection stays open until the client ends it."""

    def act(visit: Visit) -> None:
        visit.listen_to_the_end()

    return act


def drop() -> Action:
    """Hang up without a word."""

    def act(visit: Visit) -> None:
        raise HungUp

    return act


def hold(until: Event) -> Action:
    """Wait for the test, then go on."""

    def act(visit: Visit) -> None:
        while not until.wait(0.05):
            if visit.closing.is_set():
                raise HungUp

    return act


def call(hook: Callable[[Visit], object]) -> Action:
    """Tell the test, which may kill or stop a process now, then go on."""

    def act(visit: Visit) -> None:
        hook(visit)

    return act
