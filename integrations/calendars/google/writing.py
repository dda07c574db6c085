"""Writing one event with its single dates: several calls, each of which may be repeated."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.calendars.google.account import Account
from integrations.calendars.google.anchor import beginning
from integrations.calendars.google.answer import Body
from integrations.calendars.google.drafts import CANCELLED, date_changes, new_series, revived_series, series_changes
from integrations.calendars.google.entry import Entry
from integrations.calendars.google.errors import AnsweredError
from integrations.calendars.google.event_id import date_id, event_id
from integrations.calendars.google.series import Series, original_starts
from rituals.calendar_event import Event
from rituals.calendar_interfaces import CalendarError, EtagMismatchError, Trouble
from rituals.recurrence import moment

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes into one calendar."""

    account: Account
    calendar: str

    def insert(self, event: Event, *, life: int) -> Series | None:
        """The new event, without its single dates yet; None where its id is taken: then it is ours."""
        body = {"id": event_id(event.uid, self.calendar, life=life), **new_series(event)}
        try:
            answer = self.account.ask(self.account.api.events.insert(calendarId=self.calendar, body=body))
        except AnsweredError as error:
            if error.status == CONFLICT:
                return None
            raise
        return Series(event.uid, Entry.of(answer))

    def revive(self, event: Event, *, life: int) -> bool:
        """Bring back an event that was deleted. Some of them Google does not let come back: False."""
        held = self.entry(event_id(event.uid, self.calendar, life=life))
        if held is None:
            return False
        try:
            self._patch(held, revived_series(event))
        except AnsweredError as error:
            if error.trouble not in {Trouble.REFUSED, Trouble.GONE}:
                raise
            return False
        return True

    def series(self, event: Event, held: Series) -> Series:
        """Write what differs in the series itself; its single dates are as they were."""
        body = series_changes(held, event)
        return replace(held, master=self.patch(held.master, body)) if body else held

    def dates(self, event: Event, held: Series, before: Entry) -> Series:
        """Write the single dates that differ. `before` is the series as it was, with our notes on its texts."""
        dates = dict(self._dates(event, held, before))
        return replace(held, dates=tuple(dates.values()))

    def entry(self, name: str) -> Entry | None:
        """As it stands now, also if it was deleted; None where Google knows nothing of it."""
        try:
            return Entry.of(self.account.ask(self.account.api.events.get(calendarId=self.calendar, eventId=name)))
        except AnsweredError as error:
            if error.is_absent:
                return None
            raise

    def patch(self, held: Entry, body: Body) -> Entry:
        """Raises EtagMismatchError where it was changed or deleted meanwhile."""
        try:
            return self._patch(held, body)
        except AnsweredError as error:
            if error.is_absent:
                raise EtagMismatchError("The event was deleted meanwhile.") from error
            raise

    def delete(self, name: str) -> None:
        """Or find it gone."""
        try:
            self.account.do(self.account.api.events.delete(calendarId=self.calendar, eventId=name))
        except AnsweredError as error:
            if not error.is_absent:
                raise

    def _patch(self, held: Entry, body: Body) -> Entry:
        request = self.account.api.events.patch(calendarId=self.calendar, eventId=held.name, body=body)
        return Entry.of(self.account.ask(request, etag=held.etag))

    def _dates(self, event: Event, held: Series, before: Entry) -> Iterator[tuple[str, Entry]]:
        wanted = dict(event.timetable.dates)
        if beginning(event.recurrence):
            wanted.pop(event.recurrence.starts, None)  # A date that Google does not have at all.
        for date in held.dates:
            original = original_starts(event.recurrence, date.original.at)
            if original is None:
                yield date.name, self._stray(date)
                continue
            starts = wanted.pop(original, original)
            yield date.name, self._date(date, date_changes(date, event, starts, before))
        for original, starts in wanted.items():
            found = self._instance(event, held, original)
            yield found.name, self._date(found, date_changes(found, event, starts, before))

    def _instance(self, event: Event, held: Series, original: datetime) -> Entry:
        """A date that does not differ yet: read for its etag, so that nothing is overwritten unseen."""
        found = self.entry(date_id(held.master.name, moment(original, event.recurrence.zone)))
        if found is None:
            raise CalendarError("Google: a date of the series is not there", Trouble.ODD)
        return found

    def _date(self, held: Entry, body: Body) -> Entry:
        """Writing the series may have given its dates new etags: what counts is that nobody moved it."""
        if not body:
            return held
        try:
            return self.patch(held, body)
        except EtagMismatchError:
            now = self.entry(held.name)
            if now is None or (now.is_cancelled, now.starts) != (held.is_cancelled, held.starts):
                raise
            return self.patch(now, body)

    def _stray(self, date: Entry) -> Entry:
        """Of a rule before this one: it must not be seen any more. Some of them Google has taken away itself."""
        if date.is_cancelled:
            return date
        try:
            return self._date(date, dict(CANCELLED))
        except EtagMismatchError:
            now = self.entry(date.name)
            if now is not None and not now.is_cancelled:
                raise
            return now or date
