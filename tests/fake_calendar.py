"""A calendar in memory, for tests of what is written to one."""

from dataclasses import dataclass, field

from rituals.calendar_event import Event
from rituals.interfaces import Changes, EtagMismatchError, Held


@dataclass(slots=True)
class FakeCalendar:
    """Holds what it is given; each write counts up, and the count is the etag and the token."""

    events: dict[str, tuple[int, Event]] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    writes: int = 0

    def put(self, event: Event, *, etag: str | None) -> str:
        held = self.events.get(event.uid)
        if held is not None and etag is not None and etag != str(held[0]):
            raise EtagMismatchError("The event was changed meanwhile.")
        self.writes += 1
        self.events[event.uid] = (self.writes, event)
        self.deleted.pop(event.uid, None)
        return str(self.writes)

    def remove(self, uid: str) -> None:
        if self.events.pop(uid, None) is not None:
            self.writes += 1
            self.deleted[uid] = self.writes

    def changes(self, token: str | None) -> Changes:
        known = token is not None and token.isdecimal() and int(token) <= self.writes
        since = int(token) if token is not None and known else 0
        return Changes(
            held=tuple(
                Held(uid, str(write), event.sequence, event.overrides, event.recurrence)
                for uid, (write, event) in self.events.items()
                if write > since
            ),
            deleted=frozenset(uid for uid, write in self.deleted.items() if known and write > since),
            token=str(self.writes),
            is_whole=not known,
        )
