"""The reader of published calendars, made when it is first needed, so that a start loads nothing for it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property

from rituals.busy_interfaces import BusySource
from rituals.stretch import Stretch


class LateAddresses:
    """Threads that ask at once may make two; either will do."""

    def __init__(self, make: Callable[[], BusySource]) -> None:
        self._make = make

    def check(self, address: str) -> str:
        return self._made.check(address)

    def busy(self, address: str, starts_at: datetime, ends_at: datetime, *, zone: str, owner: str) -> Sequence[Stretch]:
        return self._made.busy(address, starts_at, ends_at, zone=zone, owner=owner)

    @cached_property
    def _made(self) -> BusySource:
        return self._make()
