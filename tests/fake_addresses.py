"""Published calendars in memory, for tests of what is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.stretch import Stretch


@dataclass(slots=True)
class FakeAddresses:
    """When somebody is taken, by address; an error in place of it is raised."""

    taken: dict[str, list[Stretch] | CalendarError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def check(self, address: str) -> str:
        if not address.startswith("https://"):
            raise CalendarError("No such address is asked.", Trouble.UNSAFE)
        return address

    def busy(self, address: str, starts_at: datetime, ends_at: datetime, *, zone: str, owner: str) -> Sequence[Stretch]:
        self.asked.append(address)
        taken = self.taken[address]
        if isinstance(taken, CalendarError):
            raise taken
        return [one for one in taken if one.starts_at < ends_at and one.ends_at > starts_at]
