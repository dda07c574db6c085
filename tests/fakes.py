"""Stand-ins that tests hand to the program in place of the outside world."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

A_MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until a test moves it."""

    now: datetime = A_MONDAY

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> datetime:
        self.now += by
        return self.now

    def elapsed(self) -> float:
        """Seconds that really passed, by a machine on which this clock is right."""
        return self.now.timestamp()
