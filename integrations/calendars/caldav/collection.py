"""The resources of one calendar on its server (RFC 4791): listed, fetched, found, written and taken away."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from integrations.calendars.caldav.dialogue import Dialogue, Member, Multistatus, multistatus, path_of, xml_headers
from integrations.calendars.caldav.troubles import odd, trouble
from integrations.calendars.caldav.xml import document, element, props
from integrations.calendars.icalendar.lines import BrokenIcsError, Component, parse
from integrations.calendars.icalendar.reading import Series, series_in
from rituals.calendar_interfaces import CalendarError, EtagMismatchError, Trouble

AT_ONCE = 100
MOST_MEMBERS = 20_000
DATA = props(("d:getetag", "c:calendar-data"))
CONFLICTS = frozenset({400, 403, 409})
"""How servers say that a UID is there already under another name."""
NOT_ALLOWED = frozenset({400, 403, 405, 406, 409, 415, 422, 501})
"""How servers say that they do not know a report; 404 would be the calendar itself."""
TOKEN_REFUSED = NOT_ALLOWED | {410, 412, 507}


@dataclass(frozen=True, slots=True)
class Resource:
    """One object of the calendar; `calendar` is None where what stands there cannot be read."""

    path: str
    etag: str
    calendar: Component | None

    @property
    def series(self) -> Series | None:
        return series_in(self.calendar) if self.calendar is not None else None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed since a token; everything, where it was asked without one."""

    changed: frozenset[str]
    gone: frozenset[str]
    token: str


class Collection:
    """`address` ends in a slash."""

    def __init__(self, dialogue: Dialogue, address: str) -> None:
        self._dialogue = dialogue
        self.address = address
        self.path = path_of(address, address)

    def named(self, name: str) -> str:
        return self.path + name

    def fetch(self, paths: Iterable[str]) -> Iterator[Resource]:
        """Those of them that are still there. One that is too large or broken is handed on without content."""
        wanted = sorted(paths)
        for begin in range(0, len(wanted), AT_ONCE):
            some = wanted[begin : begin + AT_ONCE]
            try:
                yield from self._fetch(some)
            except CalendarError as error:
                if error.trouble is not Trouble.ODD:
                    raise
                # If the server makes sense otherwise, one of them does not, and the others must not suffer.
                self.expect_there()
                yield from self._fetch_apart(some)

    def one(self, path: str) -> Resource | None:
        return next(iter(self._fetch([path])), None)

    def by_uid(self, uid: str) -> Resource | None:
        """Under whatever name it stands."""
        match = element("c:text-match", escape(uid), collation="i;octet")
        found = element("c:prop-filter", match, name="UID")
        body = document("c:calendar-query", DATA, _filter(found))
        try:
            answer = self._dialogue.ask("REPORT", self.address, body=body, depth="1")
        except CalendarError as error:
            if error.trouble not in {Trouble.REFUSED, Trouble.ODD}:
                raise
            return None  # It cannot search, so it stands under our name or nowhere.
        # Servers look for a part of the text, or ignore what they do not know: look again.
        matching = (one for one in map(self._resource, answer.members) if one.series and one.series.uid == uid)
        return next(matching, None)

    def between(self, starts: str, ends: str) -> Iterator[Resource]:
        """What happens from one UTC moment to another, written as in iCalendar."""
        body = document("c:calendar-query", DATA, _filter(element("c:time-range", start=starts, end=ends)))
        for member in self._dialogue.ask("REPORT", self.address, body=body, depth="1").members:
            if "c:calendar-data" in member.found:
                yield self._resource(member)

    def difference(self, token: str) -> Difference | None:
        """By sync-collection (RFC 6578). None: the server does not know the report, or this token, or no longer.

        No limit is ever sent: with one, widely used servers lose members.
        """
        changed: set[str] = set()
        gone: set[str] = set()
        while True:
            answer = self._sync(token)
            if answer is None or not answer.sync_token:
                return None
            cut = False
            for member in answer.members:
                if member.path.rstrip("/") == self.path.rstrip("/"):
                    cut = cut or member.status == 507
                elif member.status in {404, 410}:
                    gone.add(member.path)
                else:
                    changed.add(member.path)
            if len(changed) + len(gone) > MOST_MEMBERS:
                raise odd("a calendar with more events than anybody has")
            if not cut or answer.sync_token == token:
                return Difference(frozenset(changed), frozenset(gone - changed), answer.sync_token)
            token = answer.sync_token

    def state(self) -> str:
        """A word that changes with anything in the calendar; empty where the server has none."""
        (member, *_) = self._dialogue.ask(
            "PROPFIND", self.address, body=document("d:propfind", props(("s:getctag",)))
        ).members or (Member("", 0, {}),)
        return member.text("s:getctag")

    def etags(self) -> dict[str, str]:
        """By path, of everything in the calendar."""
        body = document("d:propfind", props(("d:getetag", "d:resourcetype")))
        members = self._dialogue.ask("PROPFIND", self.address, body=body, depth="1").members
        if len(members) > MOST_MEMBERS:
            raise odd("a calendar with more events than anybody has")
        return {one.path: etag for one in members if (etag := one.text("d:getetag")) and not _is_collection(one)}

    def paths(self) -> frozenset[str]:
        """Of everything in the calendar."""
        difference = self.difference("")
        return difference.changed if difference is not None else frozenset(self.etags())

    def put(self, path: str, ics: bytes, *, etag: str | None) -> str:
        """Write it where `etag` stands, or where nothing does; the new etag, empty where the server keeps it back.

        Raises EtagMismatchError where that is not so; UidConflictError where the event has another name.
        """
        # A weak etag is matched by nothing (RFC 9110, section 13.1.1); some proxies weaken strong ones on the way.
        condition = {"If-Match": etag.removeprefix("W/")} if etag else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        response = self._dialogue.say("PUT", self._address(path), body=ics, headers=headers)
        if response.status == 412:
            raise EtagMismatchError("the event was changed meanwhile")
        if response.status in CONFLICTS and not etag:
            raise UidConflictError(trouble(response, "PUT"))
        if response.status == 404 and etag:
            self.expect_there()
            raise EtagMismatchError("the event is gone")
        if response.status not in {200, 201, 204}:
            raise trouble(response, "PUT")
        given = response.headers.get("etag", "")
        # GMX hands out weak ones here, and strong ones to who reads.
        return given if given.startswith('"') else ""

    def delete(self, path: str) -> None:
        response = self._dialogue.say("DELETE", self._address(path))
        if response.status not in {200, 202, 204, 404, 410}:
            raise trouble(response, "DELETE")

    def expect_there(self) -> None:
        """Raises CalendarError, GONE where the calendar is no more."""
        self.state()

    def _address(self, path: str) -> str:
        return self.address.removesuffix(self.path) + path

    def _fetch(self, paths: Sequence[str]) -> list[Resource]:
        hrefs = (element("d:href", escape(path)) for path in paths)
        body = document("c:calendar-multiget", DATA, *hrefs)
        answer = self._dialogue.ask("REPORT", self.address, body=body, depth="1")
        wanted = set(paths)
        found = (one for one in answer.members if one.path in wanted and "c:calendar-data" in one.found)
        return list(map(self._resource, found))

    def _fetch_apart(self, paths: Sequence[str]) -> Iterator[Resource]:
        for path in paths:
            try:
                yield from self._fetch([path])
            except CalendarError as error:
                if error.trouble is not Trouble.ODD:
                    raise
                yield Resource(path, "", None)

    def _sync(self, token: str) -> Multistatus | None:
        said = element("d:sync-token", escape(token)) if token else element("d:sync-token")
        body = document("d:sync-collection", said, element("d:sync-level", "1"), props(("d:getetag",)))
        response = self._dialogue.say("REPORT", self.address, body=body, headers=xml_headers("0"))
        if response.status in (TOKEN_REFUSED if token else NOT_ALLOWED):
            return None
        if response.status != 207:
            raise trouble(response, "REPORT")
        return multistatus(response)

    def _resource(self, member: Member) -> Resource:
        try:
            calendar = parse(member.text("c:calendar-data").encode())
        except BrokenIcsError:
            calendar = None
        return Resource(member.path, member.text("d:getetag"), calendar)


class UidConflictError(Exception):
    """The server has an event of this UID under another name, or refuses for another reason."""

    def __init__(self, otherwise: CalendarError) -> None:
        super().__init__()
        self.otherwise = otherwise


def resource_name(uid: str) -> str:
    """The same for the same event always, and no sign that any server escapes."""
    return re.sub(r"[^A-Za-z0-9-]", "-", uid) + ".ics"


def _filter(inner: str) -> str:
    event = element("c:comp-filter", inner, name="VEVENT")
    return element("c:filter", element("c:comp-filter", event, name="VCALENDAR"))


def _is_collection(member: Member) -> bool:
    kind = member.found.get("d:resourcetype")
    return kind is not None and kind.child("d:collection") is not None
