"""Accounts that are opened with an address, a name and a password."""

from collections.abc import Sequence

from integrations.calendars.caldav.calendar import CaldavCalendar
from integrations.calendars.caldav.changes import findings
from integrations.calendars.caldav.collection import Collection
from integrations.calendars.caldav.dialogue import Dialogue
from integrations.calendars.caldav.discovery import discover
from integrations.calendars.caldav.making import make_calendar
from integrations.http import Guard
from rituals.calendar_interfaces import Access, CalendarError, Found, Trouble

MADE = "made"
"""Of a calendar that we made ourselves, among its secrets."""


class CaldavProvider:
    """Fulfils `AccountProvider`."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def find(self, *, place: str, user: str, password: str) -> Sequence[Found]:
        with discover(self._guard, place=place, user=user, password=password) as found:
            return [Found(shelf.name, shelf.address) for shelf in found.shelves if shelf.is_writable]

    def make(self, *, place: str, user: str, password: str, name: str, zone: str) -> Access:
        with discover(self._guard, place=place, user=user, password=password) as found:
            address = make_calendar(found.dialogue, found.account, name=name, zone=zone)
        return Access({"user": user, "password": password, MADE: "yes"}, address)

    def choose(self, found: Found, *, user: str, password: str) -> Access:
        return Access({"user": user, "password": password}, found.address)

    def open(self, access: Access) -> CaldavCalendar:
        return CaldavCalendar(access, self._guard)

    def withdraw(self, access: Access, *, delete: bool, give_back: bool = True) -> None:  # noqa: ARG002
        """A password cannot be given back; we forget it. A calendar of ours goes as a whole if only ours is in it."""
        if not delete:
            return
        secrets = access.secrets
        dialogue = Dialogue(self._guard, user=secrets["user"], password=secrets["password"], home=access.calendar)
        try:
            _clear(dialogue, access)
        except CalendarError as error:
            if error.trouble is not Trouble.GONE:
                raise
        finally:
            dialogue.close()


def _clear(dialogue: Dialogue, access: Access) -> None:
    collection = Collection(dialogue, access.calendar)
    paths = collection.paths()
    found = findings(collection, paths, {})
    ours = [*found.held, *(copy.name for copy in found.copies)]
    if MADE in access.secrets and len(ours) == len(paths):
        collection.delete(collection.path)
        return
    for path in ours:
        collection.delete(path)
