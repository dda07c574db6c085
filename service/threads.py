"""What a worker's threads are made of, and how they wait: a test may hold them in its own hands."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Protocol


class Running(Protocol):
    """Something that a thread does."""

    def start(self) -> None: ...
    def join(self, timeout: float | None = None) -> None: ...


def daemon(work: Callable[[], None], name: str) -> Running:
    """Ends with its process, wherever it is."""
    return Thread(target=work, name=name, daemon=True)


@dataclass(frozen=True, slots=True)
class Threads:
    """Everything for which one thread waits for another, or for time to pass."""

    thread: Callable[[Callable[[], None], str], Running] = daemon
    event: Callable[[], Event] = Event
    turn: Callable[[], AbstractContextManager[object]] = Lock
    """Held by one of them while it does something slow."""
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
