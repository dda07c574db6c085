"""One calendar on a CalDAV server, as the domain uses it."""

from collections.abc import Sequence
from datetime import datetime

from integrations.calendars.caldav.account import Account
from integrations.calendars.caldav.busy import busy_times_of
from integrations.calendars.caldav.changes import changes_since, held
from integrations.calendars.caldav.collection import Collection, Resource, UidConflictError, resource_name
from integrations.calendars.caldav.dialogue import Dialogue, path_of
from integrations.calendars.icalendar.merging import merged
from integrations.http import Guard
from rituals.calendar_event import Event
from rituals.calendar_interfaces import Access, CalendarError, Changes, EtagMismatchError, Held, Trouble
from rituals.stretch import Stretch

ATTEMPTS = 3


class CaldavCalendar:
    """Fulfils `Calendar`. Each call has one deadline over all its requests."""

    def __init__(self, access: Access, guard: Guard) -> None:
        self._access = access
        self._dialogue = Dialogue(
            guard, user=access.secrets["user"], password=access.secrets["password"], home=access.calendar
        )
        self._collection = Collection(self._dialogue, access.calendar)
        self._account = Account(self._dialogue, access.calendar)

    @property
    def access(self) -> Access:
        return self._access

    def put(self, event: Event, *, etag: str | None) -> str:
        self._dialogue.begin()
        if etag is None:
            return self._put_anyway(event)
        there = self._find(event.uid)
        if there is None or there.etag != etag:
            raise EtagMismatchError("the event was changed meanwhile, or is gone")
        return self._write(event, there)

    def read(self, uid: str) -> Held | None:
        self._dialogue.begin()
        there = self._find(uid)
        return held(there, uid) if there is not None else None

    def remove(self, uid: str) -> None:
        self._dialogue.begin()
        there = self._find(uid)
        if there is not None:
            self._collection.delete(there.path)

    def discard(self, copy: Held) -> None:
        self._dialogue.begin()
        path = path_of(copy.name, self._collection.address)
        if path.startswith(self._collection.path):
            self._collection.delete(path)

    def changes(self, token: str | None) -> Changes:
        self._dialogue.begin()
        return changes_since(self._collection, token)

    def busy(self, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
        self._dialogue.begin()
        return busy_times_of(self._account, self._dialogue, self._collection, starts_at, ends_at)

    def close(self) -> None:
        self._dialogue.close()

    def _find(self, uid: str) -> Resource | None:
        """Where we put it, or under whatever name a phone gave it when it was moved here and there."""
        return self._collection.one(self._path(uid)) or self._collection.by_uid(uid)

    def _put_anyway(self, event: Event) -> str:
        there = self._collection.one(self._path(event.uid))
        for _ in range(ATTEMPTS):
            try:
                return self._write(event, there)
            except EtagMismatchError:
                # Somebody was quicker; or, as Xandikos has it, the event has another name.
                there = self._find(event.uid)
            except UidConflictError as conflict:
                self._collection.expect_there()
                there = self._collection.by_uid(event.uid)
                if there is None:
                    raise conflict.otherwise from None
        raise CalendarError("the event changes all the time", Trouble.BUSY)

    def _write(self, event: Event, there: Resource | None) -> str:
        path = there.path if there is not None else self._path(event.uid)
        ics = merged(event, there.calendar if there is not None else None)
        etag = self._collection.put(path, ics, etag=there.etag if there is not None else None)
        if etag:
            return etag
        after = self._collection.one(path)
        if after is None:
            raise EtagMismatchError("the event is gone")
        return after.etag

    def _path(self, uid: str) -> str:
        return self._collection.named(resource_name(uid))
