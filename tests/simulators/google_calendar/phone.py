"""What somebody does in the app where they see their calendar, as that app would do it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import RLock
from uuid import uuid4

from tests.simulators.google_calendar.account import Account
from tests.simulators.google_calendar.coming import Coming, coming_in
from tests.simulators.google_calendar.event_book import EventBook, Kept, length_of, start_of
from tests.simulators.google_calendar.event_fields import canonical
from tests.simulators.google_calendar.events import cancel, transfer
from tests.simulators.google_calendar.following import ending, going_on
from tests.simulators.google_calendar.resource import Json, Resource, merged, part, text, texts
from tests.simulators.google_calendar.when import When


@dataclass(frozen=True, slots=True)
class Phone:
    """Starts without a zone are wall-clock times where the event takes place; aware ones are moments.

    A date is named by its original start, as the rule of its series gives it.
    """

    account: Account
    lock: RLock

    def move_date(self, calendar_id: str, event_id: str, original_starts: datetime, starts: datetime) -> None:
        with self.lock:
            book = self._book(calendar_id)
            kept = self._date(book, event_id, original_starts)
            start = _when(starts, start_of(book.fields(kept)).zone)
            end = start.after(length_of(book.fields(kept)))
            self._change(book, kept, {"start": start.kept(), "end": end.kept(), "status": "confirmed"})

    def delete_date(self, calendar_id: str, event_id: str, original_starts: datetime) -> None:
        with self.lock:
            book = self._book(calendar_id)
            cancel(book, self._date(book, event_id, original_starts))

    def move_series(
        self,
        calendar_id: str,
        event_id: str,
        *,
        starts: datetime,
        length: timedelta,
        zone: str = "",
        rule: str | None = None,
    ) -> None:
        """'All events'. Without `rule` (as RRULE has it) the old one stays; an empty one makes it happen once."""
        with self.lock:
            book = self._book(calendar_id)
            kept = self._event(book, event_id)
            start = _when(starts, zone or start_of(kept.fields).zone)
            changes: Resource = {"start": start.kept(), "end": start.after(length).kept()}
            if rule is not None:
                changes["recurrence"] = [f"RRULE:{rule}"] if rule else None
            self._change(book, kept, changes)

    def split(
        self, calendar_id: str, event_id: str, original_starts: datetime, *, starts: datetime, rule: str | None = None
    ) -> str:
        """'This and following' moved to `starts`: the old series ends, a new one begins; the id of the new one.

        Dates that differ later on are lost. The new one takes everything along, also private properties.
        """
        with self.lock:
            book = self._book(calendar_id)
            kept = self._event(book, event_id)
            original = _when(original_starts, start_of(kept.fields).zone)
            lines = texts(kept.fields, "recurrence")
            new_id = f"{event_id}_R{original.key().removesuffix('Z')}"
            start = _when(starts, original.zone)
            goes_on: Resource = {
                **kept.fields,
                "start": start.kept(),
                "end": start.after(length_of(kept.fields)).kept(),
                "recurrence": [f"RRULE:{rule}"] if rule is not None else going_on(book, kept, original),
            }
            self._change(book, kept, {"recurrence": [ending(line, original) for line in lines]})
            book.add(new_id, canonical(goes_on), uid=f"{new_id}@google.com")
            return new_id

    def delete_series(self, calendar_id: str, event_id: str) -> None:
        with self.lock:
            book = self._book(calendar_id)
            cancel(book, self._event(book, event_id))

    def restore(self, calendar_id: str, event_id: str) -> None:
        """Out of the bin."""
        self._patch(calendar_id, event_id, {"status": "confirmed"})

    def retitle(self, calendar_id: str, event_id: str, title: str) -> None:
        self._patch(calendar_id, event_id, {"summary": title})

    def note(self, calendar_id: str, event_id: str, note: str) -> None:
        self._patch(calendar_id, event_id, {"description": note})

    def colour(self, calendar_id: str, event_id: str, color_id: str) -> None:
        self._patch(calendar_id, event_id, {"colorId": color_id})

    def add_alarm(self, calendar_id: str, event_id: str, before: timedelta) -> None:
        with self.lock:
            fields = self._event(self._book(calendar_id), event_id).fields
            overrides = part(fields, "reminders").get("overrides")
            alarm: Json = {"method": "popup", "minutes": int(before.total_seconds() // 60)}
            alarms = [*(overrides if isinstance(overrides, list) else []), alarm]
            self._patch(calendar_id, event_id, {"reminders": {"useDefault": False, "overrides": alarms}})

    def add_meeting(self, starts_at: datetime, ends_at: datetime, *, title: str = "Dentist", **more: Json) -> str:
        """Something of their own in the primary calendar; its id."""
        with self.lock:
            start, end = (When(moment.astimezone(UTC), None, "").kept() for moment in (starts_at, ends_at))
            event_id = uuid4().hex
            fields = canonical({"summary": title, "start": start, "end": end, **more})
            self._book("primary").add(event_id, fields, uid=f"{event_id}@google.com")
            return event_id

    def move_to_primary(self, calendar_id: str, event_id: str) -> None:
        with self.lock:
            source = self._book(calendar_id)
            transfer(source, self._book("primary"), self._event(source, event_id))

    def delete_calendar(self, calendar_id: str) -> None:
        with self.lock:
            self.account.remove(self.account.calendar(calendar_id))

    def calendars(self) -> list[str]:
        """Their ids, the primary one first."""
        with self.lock:
            return list(self.account.calendars)

    def event(self, calendar_id: str, event_id: str) -> Resource:
        """Everything that is stored of it, times in UTC."""
        with self.lock:
            book = self._book(calendar_id)
            return book.fields(self._event(book, event_id))

    def starts_of(self, calendar_id: str, event_id: str, original_starts: datetime) -> datetime:
        """When this date stands now, as a moment."""
        with self.lock:
            book = self._book(calendar_id)
            return start_of(book.fields(self._date(book, event_id, original_starts))).instant("UTC")

    def coming(self, now: datetime, count: int) -> list[Coming]:
        """What ends after `now`, in all calendars, the soonest first."""
        with self.lock:
            found = [one for calendar in self.account.calendars.values() for one in coming_in(calendar, now, count)]
            return sorted(found, key=lambda one: one.starts_at)[:count]

    def title(self, calendar_id: str, event_id: str) -> str:
        return text(self.event(calendar_id, event_id), "summary")

    def _patch(self, calendar_id: str, event_id: str, changes: Resource) -> None:
        with self.lock:
            book = self._book(calendar_id)
            self._change(book, self._event(book, event_id), changes)

    def _change(self, book: EventBook, kept: Kept, changes: Resource) -> None:
        book.write(kept, canonical(merged(book.fields(kept), changes)))

    def _book(self, calendar_id: str) -> EventBook:
        return self.account.calendar(calendar_id).book

    def _event(self, book: EventBook, event_id: str) -> Kept:
        kept = book.find(event_id)
        assert kept is not None, f"The phone shows no event {event_id}."
        return kept

    def _date(self, book: EventBook, event_id: str, original_starts: datetime) -> Kept:
        series = self._event(book, event_id)
        if not book.is_series(series):
            return series
        return self._event(book, f"{event_id}_{_when(original_starts, start_of(series.fields).zone).key()}")


def _when(starts: datetime, zone: str) -> When:
    if starts.tzinfo is None:
        return When.at(starts, zone)
    return When(starts.astimezone(UTC), None, zone)
