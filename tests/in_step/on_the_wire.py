"""Ana's calendar at a simulated Google, and Ben's on a real CalDAV server."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from urllib.parse import urlsplit

from icalendar import Calendar as Ics
from icalendar import Event as VEvent

from integrations.calendars.caldav.provider import CaldavProvider
from integrations.http import Guard
from rituals.calendar_interfaces import Access, CalendarProvider
from rituals.connection import Way
from rituals.recurrence import Recurrence
from rituals.timetable import Timetable
from tests.in_step.household import Side
from tests.in_step.road import Road
from tests.integrations.calendars.google.conftest import consent, provided
from tests.integrations.calendars.google.phone import GooglePhone
from tests.service.workday import ANA, BEN
from tests.simulators.caldav_phone import CaldavPhone, series
from tests.simulators.google_calendar import faults
from tests.simulators.google_calendar.simulator import GoogleCalendar

ZONE = "Europe/Madrid"
PASSWORD = "secret"
numbers = count(1)


@dataclass(frozen=True, slots=True)
class Window:
    """What a calendar shows, read anew by an adapter of our own that writes nothing."""

    provider: CalendarProvider
    access: Access

    def shown(self) -> Mapping[str, Timetable]:
        calendar = self.provider.open(self.access)
        changes = calendar.changes(None)
        calendar.close()
        shown = {held.uid: held.timetable for held in changes.held}
        assert len(shown) == len(changes.held), "doubled"
        return shown | {copy.name: copy.timetable for copy in changes.copies}


@dataclass(frozen=True, slots=True)
class SplittingGooglePhone(GooglePhone):
    def split(self, uid: str, ends: Recurrence, goes_on: Recurrence) -> str:  # type: ignore[override]
        first = ends.rule.until if ends.rule is not None else None
        assert first is not None
        original = next(one for one in unending(ends).upcoming(first, 1)).original_starts
        return self.google.split(self.calendar, self.name(uid), original, starts=goes_on.starts)


@dataclass
class SplittingCaldavPhone(CaldavPhone):
    """Brings deleted dates back as well, and has more than one meeting."""

    meetings: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]

    def move_date(self, uid: str, original_starts: datetime, starts: datetime) -> None:
        path, etag, calendar = self.event(uid)
        left_out = _left_out(series(calendar))
        if any(one.replace(tzinfo=None) == original_starts for one in left_out):
            series(calendar).pop("EXDATE")
            for one in left_out:
                if one.replace(tzinfo=None) != original_starts:
                    series(calendar).add("EXDATE", one)
            self.put(path, etag, calendar)
        CaldavPhone.move_date(self, uid, original_starts, starts)

    def split(self, uid: str, ends: Recurrence, goes_on: Recurrence) -> None:
        _, _, calendar = self.event(uid)
        rest = deepcopy(series(calendar))
        self.move_series(uid, ends)
        number = next(numbers)
        for name in ("UID", "DTSTART", "DTEND", "EXDATE"):
            rest.pop(name, None)
        starts = goes_on.starts.replace(tzinfo=series(calendar)["DTSTART"].dt.tzinfo)
        rest.add("UID", f"A-PHONE-MADE-THIS-{number}")
        rest.add("DTSTART", starts)
        rest.add("DTEND", starts + goes_on.duration)
        copy = Ics()
        for name, said in calendar.items():
            copy.add(name, said)
        for zone in calendar.walk("VTIMEZONE"):
            copy.add_component(zone)
        copy.add_component(rest)
        self.write(f"{urlsplit(self.calendar).path}copy{number}.ics", bytes(copy.to_ical()), {"If-None-Match": "*"})

    def add_meeting(self, starts_at: datetime, ends_at: datetime) -> None:
        meeting, number = VEvent(), next(self.meetings)
        meeting.add("UID", f"meeting-{number}")
        meeting.add("DTSTAMP", starts_at)
        meeting.add("DTSTART", starts_at)
        meeting.add("DTEND", ends_at)
        self.add(meeting, f"{urlsplit(self.personal).path}meeting{number}.ics")


def on_the_wire(google: GoogleCalendar, radicale_url: str) -> Mapping[str, Side]:
    """A new account at each."""
    return {ANA: _at_google(google), BEN: _by_caldav(radicale_url)}


def _at_google(google: GoogleCalendar) -> Side:
    provider, address = provided(google), f"ana{next(numbers)}@example.org"
    access = provider.make(consent(google.grant(address)), name="Side by Side", zone=ZONE)
    phone = SplittingGooglePhone(google.phone(address), access.calendar)

    def in_pieces(road: Road) -> None:
        road.halve = lambda calls: google.fault(
            faults.UNAVAILABLE, call=calls + 1, method="calendar.events.patch", address=address
        )

    return Side(
        Way.GOOGLE, access, provider, phone, Window(provider, access).shown, lambda: _at_google(google), in_pieces
    )


def _by_caldav(url: str) -> Side:
    user = f"ben{next(numbers)}"
    phone = SplittingCaldavPhone(f"{url}/{user}/ours/", user)
    phone.make_calendar(phone.calendar, "Ours")
    provider = CaldavProvider(Guard(allow_private=True))
    access = Access({"user": user, "password": PASSWORD}, phone.calendar)
    return Side(Way.CALDAV, access, provider, phone, Window(provider, access).shown, lambda: _by_caldav(url))


def unending(ends: Recurrence) -> Recurrence:
    assert ends.rule is not None
    return replace(ends, rule=replace(ends.rule, until=None))


def _left_out(event: VEvent) -> list[datetime]:
    said = event.get("EXDATE", [])
    return [one.dt for each in (said if isinstance(said, list) else [said]) for one in each.dts]
