"""How many mails a relay may be given a second: a token bucket for all connections to it."""

from collections.abc import Callable
from threading import Lock

AT_ONCE = 0.1
"""Seconds whose mails may go at once after a lull; at least one mail."""


class Share:
    """For any number of threads. Without a rate everybody may always send."""

    def __init__(self, rate: float | None, elapsed: Callable[[], float]) -> None:
        """`rate` is in mails a second; `elapsed` counts seconds."""
        self._rate = rate
        self._elapsed = elapsed
        self._most = max(1.0, rate * AT_ONCE) if rate else 0.0
        self._left = self._most
        self._counted_at = elapsed()
        self._lock = Lock()

    def take(self) -> bool:
        """Whether one more mail may go now; it is counted."""
        if self._rate is None:
            return True
        with self._lock:
            may_go = self._now_left(self._rate) >= 1
            self._left -= may_go
            return may_go

    def give_back(self) -> None:
        """One that was counted has not gone."""
        with self._lock:
            self._left = min(self._most, self._left + 1)

    def wait(self) -> float:
        """Seconds until one more may go."""
        if self._rate is None:
            return 0.0
        with self._lock:
            return max(0.0, (1 - self._now_left(self._rate)) / self._rate)

    def _now_left(self, rate: float) -> float:
        now = self._elapsed()
        self._left = min(self._most, self._left + (now - self._counted_at) * rate)
        self._counted_at = now
        return self._left
