"""A calendar of our own in somebody's account at Google."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from integrations.calendars.google import reading
from integrations.calendars.google.account import Account
from integrations.calendars.google.answer import Answer
from integrations.calendars.google.drafts import keeps_rhythm, settled
from integrations.calendars.google.entry import Entry
from integrations.calendars.google.errors import AnsweredError
from integrations.calendars.google.event_id import LIVES, is_own, uid_of
from integrations.calendars.google.reading import Listing
from integrations.calendars.google.series import Everything, Series
from integrations.calendars.google.times import Time
from integrations.calendars.google.writing import Pen
from rituals.calendar_event import Event
from rituals.calendar_interfaces import (
    Access,
    CalendarError,
    Changes,
    Channel,
    EtagMismatchError,
    Held,
    Trouble,
)
from rituals.stretch import Stretch
from rituals.timetable import edits

PRIMARY = "primary"
LONGEST_QUESTION = timedelta(days=60)
"""Google says for about 90 days at once when somebody is taken."""


class GoogleCalendar:
    """Fulfils Calendar and Pushes. Used by one thread at a time."""

    def __init__(self, account: Account, calendar: str) -> None:
        self._account = account
        self._calendar = calendar
        self._pen = Pen(account, calendar)

    @property
    def access(self) -> Access:
        return self._account.access(self._calendar)

    def put(self, event: Event, *, etag: str | None) -> str:
        event = settled(event)
        with self._account.in_time():
            held = self._known(event.uid, etag) if etag is not None else self._begun(event)
            return self._write(event, held).etag

    def read(self, uid: str) -> Held | None:
        series = self._series(uid)
        return series.held if series is not None else None

    def remove(self, uid: str) -> None:
        with self._account.in_time():
            try:
                held = self._series(uid)
            except AnsweredError as error:
                if not error.is_absent:
                    raise
                held = None
            if held is not None:
                self._pen.delete(held.master.name)

    def discard(self, copy: Held) -> None:
        self._pen.delete(copy.name)

    def changes(self, token: str | None) -> Changes:
        with self._account.in_time():
            news = reading.since(self._account, self._calendar, token) if token else None
            return self._difference(news) if news is not None else self._whole()

    def busy(self, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
        found: list[Stretch] = []
        with self._account.in_time():
            while starts_at < ends_at:
                until = min(ends_at, starts_at + LONGEST_QUESTION)
                found += (one for one in self._busy(starts_at, until) if one not in found)
                starts_at = until
        return found

    def watch(self, *, address: str, token: str, channel: str) -> Channel:
        wanted = {"id": channel, "type": "web_hook", "address": address, "token": token}
        answer = self._account.ask(self._account.api.events.watch(calendarId=self._calendar, body=wanted))
        resource, expiration = answer.text("resourceId"), answer.whole("expiration")
        if not resource or expiration is None:
            raise CalendarError("Google: a channel without an end", Trouble.ODD)
        return Channel(channel, resource, datetime.fromtimestamp(expiration // 1000, UTC))

    def stop(self, *, channel: str, resource: str) -> None:
        try:
            self._account.do(self._account.api.channels.stop(body={"id": channel, "resourceId": resource}))
        except AnsweredError as error:
            if not error.is_absent:
                raise

    def close(self) -> None:
        self._account.close()

    def _known(self, uid: str, etag: str) -> Series:
        held = self._series(uid)
        if held is None or held.etag != etag:
            raise EtagMismatchError("The event was changed meanwhile, or is gone.")
        return held

    def _begun(self, event: Event) -> Series:
        """Where its id is taken it was put before, by an answer that was lost perhaps, or deleted since."""
        for life in range(len(LIVES)):
            inserted = self._pen.insert(event, life=life)
            if inserted is not None:
                return inserted
            held = self._series(event.uid)
            if held is None and self._pen.revive(event, life=life):
                held = self._series(event.uid)
            if held is not None:
                return held
        raise CalendarError("Google: an event that is neither there nor comes back", Trouble.ODD)

    def _write(self, event: Event, held: Series) -> Series:
        """What differs, and nothing else; what stands there then."""
        series = self._pen.series(event, held)
        # With another rhythm some of its dates may go, and some of an older one come back.
        looked = series if keeps_rhythm(held, event) else self._there(event.uid)
        written = self._pen.dates(event, looked, held.master)
        is_known = looked is not series or series == held or not looked.dates
        return written if is_known and written == looked else self._seen(event, written)

    def _seen(self, event: Event, written: Series) -> Series:
        """Nobody says what a write to the series does to the etags of its dates, or theirs to its own: look.

        Where something else stands there by now, what we know is left to be one that does not fit the next time.
        """
        now = self._there(event.uid)
        return written if edits(now.timetable, event.timetable) else now

    def _there(self, uid: str) -> Series:
        series = self._series(uid)
        if series is None:
            raise EtagMismatchError("The event was deleted meanwhile.")
        return series

    def _series(self, uid: str) -> Series | None:
        everything = self._gather(reading.whole(self._account, self._calendar))
        return everything.events.get(uid)

    def _whole(self) -> Changes:
        listing = reading.whole(self._account, self._calendar)
        everything = self._gather(listing)
        return Changes(
            held=tuple(one.held for one in everything.events.values()),
            deleted=frozenset(),
            copies=tuple(one.held for one in everything.copies),
            token=listing.token,
            is_whole=True,
        )

    def _difference(self, news: Listing) -> Changes:
        """A changed date comes without its series, and a changed series without its dates: both are looked up."""
        touched = {entry.series or entry.name for entry in news.entries}
        if not touched:
            return Changes((), frozenset(), (), news.token, is_whole=False)
        everything = self._gather(reading.whole(self._account, self._calendar))
        gone = {uid_of(one.name, self._calendar) for one in news.entries if _is_gone(one)} - everything.events.keys()
        return Changes(
            held=tuple(one.held for one in everything.events.values() if one.master.name in touched),
            deleted=frozenset(uid for uid in gone if uid is not None),
            copies=tuple(one.held for one in everything.copies if one.master.name in touched),
            token=news.token,
            is_whole=False,
        )

    def _gather(self, listing: Listing) -> Everything:
        return Everything.gather(listing.entries, self._calendar, listing.zone)

    def _busy(self, starts_at: datetime, ends_at: datetime) -> Iterator[Stretch]:
        wanted = {"timeMin": starts_at.isoformat(), "timeMax": ends_at.isoformat(), "items": [{"id": PRIMARY}]}
        answer = self._account.ask(self._account.api.freebusy.query(body=wanted))
        found = answer.part("calendars").part(PRIMARY)
        if found.parts("errors") or not found.fields:
            raise CalendarError("Google: nothing is said about when its owner is taken", Trouble.BUSY)
        for one in found.parts("busy"):
            begin, end = (_moment(one, name) for name in ("start", "end"))
            yield Stretch(begin, end)


def _is_gone(entry: Entry) -> bool:
    return entry.is_cancelled and not entry.series and is_own(entry.name)


def _moment(answer: Answer, name: str) -> datetime:
    at = Time.of(Answer({"dateTime": answer.text(name)})).at
    if at is None:
        raise CalendarError("Google: a time that cannot be read", Trouble.ODD)
    return at
