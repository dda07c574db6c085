"""A plan as iCalendar (RFC 5545): in a feed to subscribe to, and in invitations by e-mail (RFC 5546)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as VEvent

from rituals.calendar_event import Event, Override
from rituals.plain_text import one_line
from rituals.vevent import components, instance, series
from rituals.vtimezone import YEARS_AHEAD, vtimezone

__all__ = ["Event", "Override", "cancel", "feed", "request", "resource"]

PRODUCT = "-//Side by Side//Side by Side//EN"
COLOUR = "darkslategray"
REFRESH = timedelta(hours=1)
ADDRESS = re.compile(r"[^\s@<>,;:\"\x00-\x20\x7f-\x9f]+@[^\s@<>,;:\"\x00-\x20\x7f-\x9f]+")


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who invites whom: bare addresses."""

    organizer: str
    attendee: str

    def __post_init__(self) -> None:
        for address in (self.organizer, self.attendee):
            if ADDRESS.fullmatch(address) is None:
                raise ValueError("an invitation goes from one bare address to another")


def feed(events: Iterable[Event], *, name: str, since: datetime) -> bytes:
    """A calendar to subscribe to. What was over by `since` is left out, series that go on aside.

    It has no METHOD: it is a calendar, not a message (PUBLISH would demand an ORGANIZER).
    """
    standing = sorted((event for event in events if event.stands_after(since)), key=lambda event: event.uid)
    calendar = _calendar()
    # As vText outright: the library knows neither for a text and would not escape it.
    calendar.add("NAME", vText(one_line(name)))
    calendar.add("X-WR-CALNAME", vText(one_line(name)))
    calendar.add("COLOR", COLOUR)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    _add_zones(calendar, standing, year=since.year)
    for event in standing:
        for component in components(event, since=since):
            calendar.add_component(component)
    return bytes(calendar.to_ical())


def resource(event: Event) -> bytes:
    """One plan alone, as a CalDAV server keeps it: no METHOD, nobody invited, so that no server mails anybody."""
    calendar = _calendar()
    _add_zones(calendar, [event])
    for component in components(event):
        calendar.add_component(component)
    return bytes(calendar.to_ical())


def request(event: Event, *, organizer: str, attendee: str) -> bytes:
    """The invitation or its update: the whole series with every override. The METHOD is REQUEST.

    Skipped instances are EXDATEs here as in the feed, since this is the whole state. For a calendar that
    knows the series already, `cancel` with `original_starts` says it the way Google and Outlook do.
    """
    if event.called_off:
        raise ValueError("an event that is called off is cancelled, not requested")
    parties = Parties(organizer, attendee)
    calendar = _calendar(Method.REQUEST)
    _add_zones(calendar, [event])
    for component in components(event):
        _invite(component, parties)
        calendar.add_component(component)
    return bytes(calendar.to_ical())


def cancel(event: Event, *, organizer: str, attendee: str, original_starts: datetime | None = None) -> bytes:
    """Takes back the whole series, or the one instance named. The METHOD is CANCEL.

    `event.sequence` is already raised by the change that this tells of.
    """
    parties = Parties(organizer, attendee)
    calendar = _calendar(Method.CANCEL)
    _add_zones(calendar, [event])
    component = instance(event, original_starts, original_starts) if original_starts else series(event)
    component.pop("STATUS")
    component.add("STATUS", "CANCELLED")
    component.add("ORGANIZER", vCalAddress(f"mailto:{parties.organizer}"))
    component.add("ATTENDEE", vCalAddress(f"mailto:{parties.attendee}"))
    calendar.add_component(component)
    return bytes(calendar.to_ical())


def _calendar(method: Method | None = None) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    if method:
        calendar.add("METHOD", str(method))
    return calendar


def _add_zones(calendar: Calendar, events: Sequence[Event], year: int = 0) -> None:
    """One VTIMEZONE for each zone; 'UTC' needs none."""
    for zone in sorted({event.recurrence.zone for event in events} - {"UTC"}):
        there = [event for event in events if event.recurrence.zone == zone]
        starts = [event.recurrence.starts.year for event in there]
        latest = max([year, *starts, *(event.revision[1].year for event in there)])
        calendar.add_component(vtimezone(zone, first_year=min(starts), last_year=latest + YEARS_AHEAD))


def _invite(component: VEvent, parties: Parties) -> None:
    attendee = vCalAddress(f"mailto:{parties.attendee}")
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "NEEDS-ACTION"
    attendee.params["RSVP"] = "TRUE"
    component.add("ORGANIZER", vCalAddress(f"mailto:{parties.organizer}"))
    component.add("ATTENDEE", attendee)
