"""Everybody who has an account, and the calendars they have."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from tests.simulators.google_calendar.api_error import not_found
from tests.simulators.google_calendar.event_book import EventBook, Revision
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.resource import Resource


@dataclass(slots=True)
class Account:
    """One person, by their address, which is also the id of their primary calendar."""

    address: str
    revise: Callable[[], Revision]
    changed: Callable[[str, str], None]
    """Told the id of a calendar whenever something in it changes, and whether it still exists."""
    calendars: dict[str, KeptCalendar] = field(default_factory=dict)

    def calendar(self, calendar_id: str) -> KeptCalendar:
        """Raises ApiError where there is none, or no longer."""
        found = self.calendars.get(self.address if calendar_id == "primary" else calendar_id)
        if found is None:
            raise not_found()
        return found

    def add(self, fields: Resource, *, made_by: str = "", is_primary: bool = False) -> KeptCalendar:
        calendar_id = self.address if is_primary else f"c_{uuid4().hex}@group.calendar.google.com"

        def revise() -> Revision:
            self.changed(calendar_id, "exists")
            return self.revise()

        book = EventBook(revise)
        calendar = KeptCalendar(calendar_id, self.address, book, fields, self.revise(), made_by, is_primary)
        self.calendars[calendar_id] = calendar
        return calendar

    def remove(self, calendar: KeptCalendar) -> None:
        del self.calendars[calendar.id]
        self.changed(calendar.id, "not_exists")


@dataclass(slots=True)
class Accounts:
    """Made when they are first asked for; a change anywhere counts up one number."""

    now: Callable[[], datetime]
    changed: Callable[[str, str], None]
    zone: str = "Europe/Madrid"
    _accounts: dict[str, Account] = field(default_factory=dict)
    _number: int = 0

    def named(self, address: str) -> Account:
        if address not in self._accounts:
            account = Account(address, self._revise, self.changed)
            self._accounts[address] = account
            account.add({"summary": address, "timeZone": self.zone}, is_primary=True)
        return self._accounts[address]

    def addresses(self) -> list[str]:
        return list(self._accounts)

    def forget_deleted(self) -> None:
        for account in self._accounts.values():
            for calendar in account.calendars.values():
                calendar.book.forget_deleted()

    def _revise(self) -> Revision:
        self._number += 1
        at = self.now()
        return Revision(self._number, at.replace(microsecond=at.microsecond // 1000 * 1000))
