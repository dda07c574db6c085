"""The phone of a calendar's owner, who names events by their plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.calendars.google.event_id import event_id
from rituals.recurrence import Recurrence, moment
from tests.simulators.google_calendar.event_book import EventBook, is_cancelled, start_of
from tests.simulators.google_calendar.event_fields import canonical
from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.resource import Json, Resource

ZONE = "Europe/Madrid"


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

    def move_date_in(self, uid: str, zone: str, original_starts: datetime, starts: datetime) -> None:
        """Named by its moment, whatever zone the event is in by now."""
        name = f"{self.name(uid)}_{moment(original_starts, zone):%Y%m%dT%H%M%SZ}"
        with self.google.lock:
            if self._book().find(name) is not None:
                self.google.move_date(self.calendar, self.name(uid), moment(original_starts, zone), starts)

    def restore(self, uid: str) -> None:
        self.google.restore(self.calendar, self.name(uid))

    def set_series(self, uid: str, **changes: Json) -> None:
        """What other programs do with an event, by these words of the API."""
        self._set(self.name(uid), changes)

    def set_date(self, uid: str, original_starts: datetime, **changes: Json) -> None:
        self._set(self._date_name(uid, original_starts), changes)

    def move_date_of_copy(self, uid: str, original_starts: datetime, starts: datetime) -> None:
        with self.google.lock:
            (copy,) = [name for name in self._book().events if name.startswith(f"{self.name(uid)}_R")]
        self.google.move_date(self.calendar, copy, original_starts, starts)

    def add_own_event(self, title: str, starts: datetime, rule: str) -> None:
        end = starts + timedelta(hours=2)
        times: Resource = {
            "start": {"dateTime": starts.isoformat(), "timeZone": ZONE},
            "end": {"dateTime": end.isoformat(), "timeZone": ZONE},
        }
        with self.google.lock:
            fields = canonical({"summary": title, "recurrence": [rule], **times})
            self._book().add("itsown0001", fields, uid="itsown0001@google.com")

    def event(self, uid: str) -> Resource:
        return self.google.event(self.calendar, self.name(uid))

    def name(self, uid: str) -> str:
        return event_id(uid, self.calendar)

    def date_title(self, uid: str, original_starts: datetime) -> str:
        return self.google.title(self.calendar, self._date_name(uid, original_starts))

    def visible_starts(self, *, until: datetime) -> list[datetime]:
        """Of everything in our calendar, on the clocks of the event's own zone."""
        with self.google.lock:
            book = self._book()
            found = []
            for event in book.events.values():
                dates = book.dates(event, moment(until, "UTC")) if book.is_series(event) else [event]
                shown = (book.fields(date) for date in dates)
                found += [start_of(fields).local() for fields in shown if not is_cancelled(fields)]
        return sorted(starts for starts in found if starts < until)

    def _date_name(self, uid: str, original_starts: datetime) -> str:
        return f"{self.name(uid)}_{moment(original_starts, ZONE):%Y%m%dT%H%M%SZ}"

    def _book(self) -> EventBook:
        return self.google.account.calendar(self.calendar).book

    def _set(self, name: str, changes: Resource) -> None:
        with self.google.lock:
            book = self._book()
            kept = book.find(name)
            assert kept is not None
            book.write(kept, canonical({**book.fields(kept), **changes}))
