"""Delivers push notifications for real, one after the other, on a thread of its own."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import SimpleQueue
from threading import Condition, Thread
from urllib.parse import urlsplit

from tests.simulators.google_calendar.channel import Channel

PATIENCE = 5.0
"""Seconds that a receiver may take."""


@dataclass(frozen=True, slots=True)
class Push:
    """One message as it was sent, and the status that was answered; 0 for none."""

    channel: str
    headers: Mapping[str, str]
    status: int

    @property
    def state(self) -> str:
        return self.headers["X-Goog-Resource-State"]


class Pushes:
    """Several changes before the first message has gone are told once."""

    def __init__(self) -> None:
        self.sent: list[Push] = []
        self._waiting: list[tuple[str, str]] = []
        self._queue: SimpleQueue[tuple[Channel, str] | None] = SimpleQueue()
        self._changed = Condition()
        self._thread: Thread | None = None

    def send(self, channel: Channel, state: str) -> None:
        with self._changed:
            if (channel.id, state) in self._waiting:
                return
            self._waiting.append((channel.id, state))
            if self._thread is None:
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()
        self._queue.put((channel, state))

    def wait(self, timeout: float = 10) -> bool:
        """Until everything that is to be told was told."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout)

    def stop(self) -> None:
        self._queue.put(None)

    def _run(self) -> None:
        while (message := self._queue.get()) is not None:
            channel, state = message
            headers = channel.headers(state)
            status = _post(channel.address, headers)
            with self._changed:
                self._waiting.remove((channel.id, state))
                self.sent.append(Push(channel.id, headers, status))
                self._changed.notify_all()


def _post(address: str, headers: Mapping[str, str]) -> int:
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with suppress(OSError, HTTPException):
        connection.request("POST", target, b"", {**headers, "User-Agent": "APIs-Google", "Accept": "*/*"})
        return connection.getresponse().status
    return 0
