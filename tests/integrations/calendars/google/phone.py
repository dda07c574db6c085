"""The phone of a calendar's owner, who names events by their plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.calendars.google.event_id import event_id
from rituals.recurrence import Recurrence
from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.resource import Resource


@dataclass(frozen=True, slots=True)
class GooglePhone:
    """Fulfils the contract's Phone, and more that only Google's app does."""

    google: Phone
    calendar: str

    def move_date(self, uid: str, original_starts: datetime, starts: datetime) -> None:
        self.google.move_date(self.calendar, self.name(uid), original_starts, starts)

    def delete_date(self, uid: str, original_starts: datetime) -> None:
        self.google.delete_date(self.calendar, self.name(uid), original_starts)

    def move_series(self, uid: str, recurrence: Recurrence) -> None:
        self.google.move_series(
            self.calendar,
            self.name(uid),
            starts=recurrence.starts,
            length=recurrence.duration,
            zone=recurrence.zone,
            rule=str(recurrence.rule or ""),
        )

    def delete_series(self, uid: str) -> None:
        self.google.delete_series(self.calendar, self.name(uid))

    def retitle(self, uid: str, title: str) -> None:
        self.google.retitle(self.calendar, self.name(uid), title)

    def title(self, uid: str) -> str:
        return self.google.title(self.calendar, self.name(uid))

    def add_meeting(self, starts_at: datetime, ends_at: datetime) -> None:
        self.google.add_meeting(starts_at, ends_at)

    def split(self, uid: str, original_starts: datetime, starts: datetime) -> str:
        return self.google.split(self.calendar, self.name(uid), original_starts, starts=starts)

    def colour(self, uid: str, color_id: str) -> None:
        self.google.colour(self.calendar, self.name(uid), color_id)

    def note(self, uid: str, note: str) -> None:
        self.google.note(self.calendar, self.name(uid), note)

    def add_alarm(self, uid: str, before: timedelta) -> None:
        self.google.add_alarm(self.calendar, self.name(uid), before)

    def move_to_primary(self, uid: str) -> None:
        self.google.move_to_primary(self.calendar, self.name(uid))

    def event(self, uid: str) -> Resource:
        return self.google.event(self.calendar, self.name(uid))

    def name(self, uid: str) -> str:
        return event_id(uid, self.calendar)
