"""How a relay stands with us: whether it rests after a failure, and how many connections it takes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
"""Seconds a relay rests after a failure; twice as long each time, and so never much longer than it has been away."""

FEWER_FOR = 30.0
"""Seconds after which one connection more is tried at a relay that would not take so many."""

LOOK = 0.25
"""Seconds after which it is worth asking again whether another connection has proved the relay well."""


@dataclass(slots=True)
class Standing:
    """What all connections to one relay know together; for any number of threads.

    A relay that failed while nothing was open rests, then one connection tries it, and the others follow once a
    message has been answered. One that fails to open while others are open takes no more than those for a while:
    whatever it says, it means 'too many connections'.
    """

    most: int
    """Connections at once, as its URL says."""
    elapsed: Callable[[], float]
    _open: int = field(default=0, init=False)
    _limit: int = field(default=0, init=False)
    _limited_until: float = field(default=0.0, init=False)
    _pause: float = field(default=0.0, init=False)
    _rests_until: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        self._limit = self.most

    def rests(self) -> float:
        """Seconds until it makes sense to open one more connection."""
        with self._lock:
            now = self.elapsed()
            if self._limit < self.most and now >= self._limited_until:
                self._limit, self._limited_until = self._limit + 1, now + FEWER_FOR
            if now < self._rests_until:
                return self._rests_until - now
            if self._pause:
                return LOOK if self._open else 0.0
            return LOOK if self._open >= self._limit else 0.0

    def opens(self) -> None:
        """One more connection is being opened."""
        with self._lock:
            self._open += 1

    def refused(self, began_at: float) -> None:
        """It could not be opened, or nothing could be said on it. The attempt began `began_at`."""
        with self._lock:
            self._open -= 1
            if self._open and not self._pause:
                self._limit, self._limited_until = self._open, self.elapsed() + FEWER_FOR
            else:
                self._rest(began_at)

    def lost(self, began_at: float) -> None:
        """An open one broke within a message that began `began_at`."""
        with self._lock:
            self._open -= 1
            if not self._open or self._pause:
                self._rest(began_at)

    def closed(self) -> None:
        with self._lock:
            self._open -= 1

    def answered(self) -> None:
        """It has said yes or no to a message: all is well again."""
        if self._pause:
            with self._lock:
                self._pause = 0.0

    def _rest(self, began_at: float) -> None:
        # Several that broke together are one failure.
        if began_at >= self._rests_until:
            now = self.elapsed()
            self._pause = min(max(2 * self._pause, FIRST_PAUSE), LONGEST_PAUSE)
            self._rests_until = now + self._pause
        self._limit = self.most
