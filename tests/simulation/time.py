"""Time that passes at our word, and a wall clock that may be wrong about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Time:
    """Counts what really passed; the wall clock shows it, and may be set to show something else."""

    begun_at: datetime
    passed: float = 0.0
    shift: timedelta = timedelta()
    """By how much the wall clock is ahead of the truth."""

    def now(self) -> datetime:
        """As the wall clock shows it."""
        return self.true_now() + self.shift

    def true_now(self) -> datetime:
        return self.begun_at + timedelta(seconds=self.passed)

    def elapsed(self) -> float:
        return self.passed

    def jump(self, by: timedelta) -> None:
        self.shift += by
