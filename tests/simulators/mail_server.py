"""A mail server on a real socket that keeps what it is given, and misbehaves as scripted."""

import re
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Self
from urllib.parse import quote

from tests.simulators.certificate import server_context
from tests.simulators.mail_dialogue import Dialogue
from tests.simulators.mail_script import HungUp, Rule, Stage, Visit

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)

ONE_BY_ONE = ("8BITMIME", "ENHANCEDSTATUSCODES")
PIPELINES = ("PIPELINING", *ONE_BY_ONE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that arrived whole, its final dot included."""

    sender: str
    recipient: str
    content: bytes
    at: datetime
    connection: int
    answered: bool
    """Whether 250 was sent. A real server keeps the message either way."""

    @property
    def message_id(self) -> str:
        found = MESSAGE_ID.search(self.content)
        return found[1].decode() if found else ""


class MailServer:
    """Use it as a context manager, or start() and stop() it; its port stays the same when it starts again.

    `script` is a list of rules, the first that answers wins; without one the server is a good one. `certificate`
    (a PEM file) makes it offer STARTTLS, or speak TLS from the start with `smtps=True`. With `users` it wants AUTH.
    A `careless` one answers DATA with 354 even where it has refused sender or recipient.
    """

    def __init__(
        self,
        script: Sequence[Rule] = (),
        *,
        certificate: Path | None = None,
        smtps: bool = False,
        users: Mapping[str, str] | None = None,
        mechanisms: Sequence[str] = ("PLAIN", "LOGIN"),
        offers: Sequence[str] = PIPELINES,
        careless: bool = False,
    ) -> None:
        self.tls = server_context(certificate) if certificate else None
        self.smtps = smtps
        self.users = dict(users or {})
        self.mechanisms = tuple(mechanisms)
        self.offers = tuple(offers)
        self.careless = careless
        self.port = 0
        self.connections = 0
        self._kept: dict[int, Accepted] = {}
        self._numbers = count()
        self._script = list(script)
        self._heard: list[bytes] = []
        self._reached: Counter[Stage] = Counter()
        self._changed = Condition()
        self._closing = Event()
        self._open: set[Dialogue] = set()
        self._listener = socket.socket()
        self._threads: list[Thread] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        scheme = "smtp" if self.tls is None else "smtps" if self.smtps else "smtp+starttls"
        login = "".join(f"{quote(user, '')}:{quote(password, '')}@" for user, password in list(self.users.items())[:1])
        return f"{scheme}://{login}127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Accepted]:
        """What was accepted with 250, in order."""
        return [copy for copy in self.received if copy.answered]

    @property
    def received(self) -> list[Accepted]:
        """Every copy that a real server would have kept, in order, whether it could say 250 or not."""
        with self._changed:
            return list(self._kept.values())

    def accepted_count(self, message_id: str) -> int:
        return sum(copy.message_id == message_id for copy in self.messages)

    def copies(self) -> Counter[str]:
        """Whole copies by Message-ID, whether answered or not."""
        return Counter(copy.message_id for copy in self.received)

    @property
    def heard(self) -> list[bytes]:
        """What came, each packet by itself."""
        with self._changed:
            return list(self._heard)

    def reached(self, stage: Stage) -> int:
        """How often a stage was reached."""
        with self._changed:
            return self._reached[stage]

    def rewrite(self, *script: Rule) -> None:
        """From now on behave like this; rewrite() makes it a good server."""
        with self._changed:
            self._script = list(script)

    def wait_for(self, stage: Stage, count: int = 1, timeout: float = 10) -> bool:
        """Wait until a stage was reached `count` times in all."""
        return self._wait(lambda: self._reached[stage] >= count, timeout)

    def wait_for_messages(self, count: int = 1, timeout: float = 10) -> bool:
        """Wait until `count` messages in all were accepted with 250."""
        return self._wait(lambda: sum(copy.answered for copy in self._kept.values()) >= count, timeout)

    def wait_for_copies(self, count: int = 1, timeout: float = 10) -> bool:
        """Wait until `count` whole messages in all arrived, answered or not."""
        return self._wait(lambda: len(self._kept) >= count, timeout)

    def start(self) -> None:
        self._closing.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self.port = self._listener.getsockname()[1]
        self._run(self._accept)

    def stop(self) -> None:
        """Hang up on everybody; whoever connects from now on is refused."""
        self._closing.set()
        hang_up(self._listener)
        with self._changed:
            open_dialogues = list(self._open)
        for dialogue in open_dialogues:
            hang_up(dialogue.socket)
        for thread in self._threads:
            thread.join(2)
        self._threads.clear()

    def visit(self, visit: Visit) -> int | None:
        """Let the script act; None leaves the usual answer to the dialogue."""
        with self._changed:
            if visit.size_before == 0:
                self._reached[visit.stage] += 1
                self._changed.notify_all()
            rules = [rule for rule in self._script if rule.applies(visit)]
        for rule in rules:
            code = rule.action(visit)
            if code is not None:
                return code
        return None

    def hear(self, packet: bytes) -> None:
        with self._changed:
            self._heard.append(packet)

    def keep(self, visit: Visit, content: bytes) -> int:
        """Keep a whole message that is not yet answered; gives its number."""
        copy = Accepted(visit.sender, visit.recipient, content, datetime.now(UTC), visit.connection, answered=False)
        with self._changed:
            number = next(self._numbers)
            self._kept[number] = copy
            self._changed.notify_all()
        return number

    def mark_answered(self, number: int) -> None:
        with self._changed:
            self._kept[number] = replace(self._kept[number], answered=True)
            self._changed.notify_all()

    def forget(self, number: int) -> None:
        with self._changed:
            del self._kept[number]

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self.connections += 1
                dialogue = Dialogue(self, accepted, self.connections, self._closing)
                self._open.add(dialogue)
            self._run(partial(self._talk, dialogue))

    def _talk(self, dialogue: Dialogue) -> None:
        with suppress(HungUp, OSError):
            dialogue.run()
        with self._changed:
            self._open.discard(dialogue)
        dialogue.socket.close()

    def _run(self, work: Callable[[], None]) -> None:
        thread = Thread(target=work, daemon=True)
        thread.start()
        self._threads = [earlier for earlier in self._threads if earlier.is_alive()] + [thread]

    def _wait(self, reached: Callable[[], bool], timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(reached, timeout)


def hang_up(open_socket: socket.socket) -> None:
    """Wake whoever waits on it."""
    with suppress(OSError):
        open_socket.shutdown(socket.SHUT_RDWR)
    open_socket.close()
