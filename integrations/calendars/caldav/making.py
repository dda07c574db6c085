"""A calendar of our own in somebody's account (RFC 4791, section 5.3.1)."""

from collections.abc import Iterator
from html import escape

from integrations.calendars.caldav.account import Account
from integrations.calendars.caldav.dialogue import Dialogue, xml_headers
from integrations.calendars.caldav.troubles import trouble
from integrations.calendars.caldav.xml import document, element
from integrations.calendars.icalendar.lines import Component, Line, parse, written
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.plain_text import one_line
from rituals.vtimezone import vtimezone

SEGMENTS = ("side-by-side/", "side-by-side-2/", "side-by-side-3/")
"""A deleted calendar may keep its address taken, as in the bin of Nextcloud."""
COLOUR = "#2F4F4FFF"
ZONE_YEARS = (2026, 2036)
TAKEN = 405
MADE = frozenset({200, 201, 204})


def make_calendar(dialogue: Dialogue, account: Account, *, name: str, zone: str) -> str:
    """Its address. One that we made earlier and that is still there is taken up again.

    Raises CalendarError, REFUSED where the server makes none.
    """
    home = account.homes[0]
    there = {shelf.address for shelf in account.shelves if shelf.is_writable}
    for segment in SEGMENTS:
        address = f"{home}{segment}"
        if address in there or _make(dialogue, address, name, zone):
            return address
    raise CalendarError("no name for a calendar is free", Trouble.REFUSED)


def _make(dialogue: Dialogue, address: str, name: str, zone: str) -> bool:
    """False where the address is taken. First with all we wish for, then with less: some servers take no colour."""
    for body in _wishes(name, zone):
        response = dialogue.say("MKCALENDAR", address, body=body, headers=xml_headers())
        if response.status in MADE:
            return True
        if response.status == TAKEN:
            return False
    failure = trouble(response, "MKCALENDAR")
    raise CalendarError(str(failure), Trouble.REFUSED) from failure


def _wishes(name: str, zone: str) -> Iterator[bytes]:
    named = element("d:displayname", escape(one_line(name)))
    events = element("c:supported-calendar-component-set", element("c:comp", name="VEVENT"))
    colour, clock = element("a:calendar-color", COLOUR), element("c:calendar-timezone", escape(_clock(zone)))
    for wishes in ((named, events, colour, clock), (named, events, colour), (named,)):
        yield document("c:mkcalendar", element("d:set", element("d:prop", *wishes)))


def _clock(zone: str) -> str:
    first, last = ZONE_YEARS
    component = parse(bytes(vtimezone(zone, first_year=first, last_year=last).to_ical()))
    lines = (Line("VERSION", "", "2.0"), Line("PRODID", "", "-//Side by Side//Side by Side//EN"))
    return written(Component("VCALENDAR", lines, (component,))).decode()
