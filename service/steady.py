"""Whether the clock can be believed: one that has just jumped is not, for a little while."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from rituals.interfaces import Clock

JUMP = timedelta(seconds=5)
SETTLING = timedelta(seconds=20)
AT_ONCE = timedelta(seconds=1)


def elapsed() -> float:
    """Seconds that really passed, sleep of the machine included where the system can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Holds the wall clock against elapsed time. A step of more than JUMP is waited out for SETTLING."""

    def __init__(self, clock: Clock, elapsed: Callable[[], float]) -> None:
        self._clock, self._elapsed = clock, elapsed
        self._last = self._read()
        self._distrusted_until: float | None = None
        self.went_back = False
        """Whether the last look found the clock set back."""

    def is_steady(self) -> bool:
        """Look once more; call it often."""
        wall, passed = self._read()
        step = (wall - self._last[0]) - timedelta(seconds=passed - self._last[1])
        self._last = (wall, passed)
        self.went_back = step < -JUMP
        if abs(step) > JUMP:
            self._distrusted_until = passed + SETTLING.total_seconds()
        if self._distrusted_until is not None and passed >= self._distrusted_until:
            self._distrusted_until = None
        return self._distrusted_until is None

    def _read(self) -> tuple[datetime, float]:
        """Both at one moment: somebody may have stopped this process between the two."""
        while True:
            passed = self._elapsed()
            wall = self._clock()
            if self._elapsed() - passed < AT_ONCE.total_seconds():
                return wall, passed
