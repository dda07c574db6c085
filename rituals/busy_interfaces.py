"""What the domain asks of calendars that are only looked at, as a Protocol."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from rituals.stretch import Stretch


class BusySource(Protocol):
    """Reads the private addresses under which calendar programs publish somebody's calendar."""

    def check(self, address: str) -> str:
        """The address as it will be asked. Asks nothing; raises CalendarError, UNSAFE, for one that never will be."""
        ...

    def busy(self, address: str, starts_at: datetime, ends_at: datetime, *, zone: str, owner: str) -> Sequence[Stretch]:
        """When its owner is taken, our own events aside. `zone` is their clock, `owner` their mail address.

        Ends within a total deadline; raises CalendarError, and nothing else.
        """
        ...
