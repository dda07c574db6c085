"""How long something may take altogether."""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment, in monotonic seconds, by which all of it is over."""

    at: float

    @classmethod
    def after(cls, span: timedelta) -> Self:
        return cls(monotonic() + span.total_seconds())

    def left(self) -> float:
        """Seconds, more than none; raises TimeoutError when they are over."""
        seconds = self.at - monotonic()
        if seconds <= 0:
            raise TimeoutError("no answer in time")
        return seconds
