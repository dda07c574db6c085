"""Whose calendar it is, and what other calendars they have on that server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from integrations.calendars.caldav.dialogue import Dialogue, Member, address_of
from integrations.calendars.caldav.xml import Element, document, props
from integrations.calendars.icalendar.lines import BrokenIcsError, parse
from integrations.calendars.icalendar.zones import zone_named
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.plain_text import one_line
from rituals.zone import known_zone

MOST_HOMES = 4
MOST_CALENDARS = 40
LONGEST_NAME = 120
WAYS = ("d:resourcetype", "d:current-user-principal", "c:calendar-home-set", "d:principal-URL")
SHOWN = (
    *("d:displayname", "d:resourcetype", "c:supported-calendar-component-set", "d:current-user-privilege-set"),
    *("c:calendar-timezone", "c:schedule-calendar-transp"),
)
WRITING = frozenset({"d:all", "d:write", "d:write-content", "d:bind"})


@dataclass(frozen=True, slots=True)
class Shelf:
    """One calendar of the account."""

    name: str
    address: str
    """With a slash at its end."""
    is_writable: bool
    counts_as_busy: bool
    zone: str | None
    """Of its owner's clock, where the server knows it."""


class Account:
    """What an address on the server leads to. Raises CalendarError."""

    def __init__(self, dialogue: Dialogue, address: str) -> None:
        self._dialogue = dialogue
        self._address = address
        self._homes: Sequence[str] | None = None
        self._shelves: Sequence[Shelf] | None = None

    @property
    def shelves(self) -> Sequence[Shelf]:
        """All that hold events; those that cannot be written to as well."""
        if self._shelves is None:
            found = {one.address: one for home in self.homes for one in self._listed(home, depth="1")}
            self._shelves = list(found.values())[:MOST_CALENDARS]
        return self._shelves

    @property
    def homes(self) -> Sequence[str]:
        """Where this account keeps its calendars (RFC 4791, section 6.2.1); ODD where the address knows of none."""
        if self._homes is None:
            self._homes = list(dict.fromkeys(self._find_homes(self._address)))[:MOST_HOMES]
            if not self._homes:
                raise CalendarError("no calendars of anybody are known here", Trouble.ODD)
        return self._homes

    def itself(self) -> Shelf | None:
        """The address as a calendar, if it is one."""
        return next(iter(self._listed(self._address, depth="0")), None)

    def _listed(self, address: str, *, depth: str) -> Iterator[Shelf]:
        answer = self._dialogue.ask("PROPFIND", address, body=document("d:propfind", props(SHOWN)), depth=depth)
        for member in answer.members:
            if _holds_events(member):
                yield _shelf(member, answer.url)

    def _find_homes(self, address: str, *, is_principal: bool = False) -> list[str]:
        answer = self._dialogue.ask("PROPFIND", address, body=document("d:propfind", props(WAYS)))
        for member in answer.members:
            homes = _hrefs(member.found.get("c:calendar-home-set"), answer.url)
            if homes:
                return [home if home.endswith("/") else f"{home}/" for home in homes]
            for principal in _hrefs(member.found.get("d:current-user-principal"), answer.url)[:1]:
                if not is_principal:
                    return self._find_homes(principal, is_principal=True)
        return []


def _hrefs(element: Element | None, base: str) -> list[str]:
    return [address_of(href.text, base) for href in element.every("d:href") if href.text] if element else []


def _holds_events(member: Member) -> bool:
    kind, kept = member.found.get("d:resourcetype"), member.found.get("c:supported-calendar-component-set")
    if kind is None or kind.child("c:calendar") is None:
        return False
    names = {one.attributes.get("name", "").upper() for one in kept.every("c:comp")} if kept is not None else set()
    return not names or "VEVENT" in names


def _shelf(member: Member, base: str) -> Shelf:
    path = member.path if member.path.endswith("/") else f"{member.path}/"
    said = one_line(member.text("d:displayname"))[:LONGEST_NAME]
    transparency = member.found.get("c:schedule-calendar-transp")
    return Shelf(
        name=said or path.rstrip("/").rpartition("/")[2][:LONGEST_NAME],
        address=address_of(path, base),
        is_writable=_is_writable(member.found.get("d:current-user-privilege-set")),
        counts_as_busy=transparency is None or transparency.child("c:transparent") is None,
        zone=_zone(member.text("c:calendar-timezone")),
    )


def _is_writable(privileges: Element | None) -> bool:
    """Where the server does not say, it will say when we write."""
    if privileges is None:
        return True
    return any(one.name in WRITING for privilege in privileges.every("d:privilege") for one in privilege.children)


def _zone(text: str) -> str | None:
    try:
        calendar = parse(text.encode())
    except BrokenIcsError:
        return None
    named = next((zone_named(zone.value("TZID"), calendar) for zone in calendar.all("VTIMEZONE")), None)
    return named if named and known_zone(named) else None
