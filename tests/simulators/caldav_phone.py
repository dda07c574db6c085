"""A phone that shows a calendar by CalDAV: it fetches an event, changes it as apps do, and puts it back."""

import re
from base64 import b64encode
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

from icalendar import Calendar, vRecur
from icalendar import Event as VEvent

from rituals.recurrence import Recurrence
from rituals.zone import zone_info

MKCALENDAR = (
    '<c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop>'
    "<displayname>{name}</displayname></prop></set></c:mkcalendar>"
)
OWN_TIMES = ("RRULE", "EXDATE", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION")


@dataclass
class CaldavPhone:
    """Speaks plain HTTP and reads with a library of its own: nothing of what is being tried is in it."""

    calendar: str
    """The calendar's address."""
    user: str = "anna"
    made: set[str] = field(default_factory=set)

    @property
    def personal(self) -> str:
        """The address of another one that its owner has."""
        address = f"{self.calendar.rstrip('/').rpartition('/')[0]}/personal/"
        if address not in self.made:
            self.make_calendar(address, "Personal")
        return address

    def make_calendar(self, address: str, name: str) -> None:
        status, _, body = self.send("MKCALENDAR", urlsplit(address).path, MKCALENDAR.format(name=name).encode())
        assert status == 201, body
        self.made.add(address)

    def clear(self) -> None:
        """Take away what it made, for the next phone of the same user."""
        for address in self.made:
            self.send("DELETE", urlsplit(address).path)

    def move_date(self, uid: str, original_starts: datetime, starts: datetime) -> None:
        path, etag, calendar = self.event(uid)
        main = series(calendar)
        single = self._single(calendar, original_starts)
        if single is None:
            single = deepcopy(main)
            for name in OWN_TIMES:
                single.pop(name, None)
            single.add("RECURRENCE-ID", original_starts.replace(tzinfo=zone_of(main)))
            calendar.add_component(single)
        self._set_time(single, main, starts)
        self.put(path, etag, calendar)

    def delete_date(self, uid: str, original_starts: datetime) -> None:
        path, etag, calendar = self.event(uid)
        single = self._single(calendar, original_starts)
        if single is not None:
            calendar.subcomponents.remove(single)
        series(calendar).add("EXDATE", original_starts.replace(tzinfo=zone_of(series(calendar))))
        self.put(path, etag, calendar)

    def move_series(self, uid: str, recurrence: Recurrence) -> None:
        path, etag, calendar = self.event(uid)
        main = series(calendar)
        for name in ("DTSTART", "DTEND", "DURATION", "RRULE", "SEQUENCE"):
            main.pop(name, None)
        starts = recurrence.starts.replace(tzinfo=zone_info(recurrence.zone))
        main.add("DTSTART", starts)
        main.add("DTEND", starts + recurrence.duration)
        main.add("SEQUENCE", 7)
        if recurrence.rule is not None:
            main.add("RRULE", vRecur.from_ical(str(recurrence.rule)))
        self.put(path, etag, calendar)

    def delete_series(self, uid: str) -> None:
        path, etag, _ = self.event(uid)
        assert self.send("DELETE", path, headers={"If-Match": etag})[0] in {200, 204}

    def retitle(self, uid: str, title: str) -> None:
        self.change(uid, SUMMARY=title)

    def title(self, uid: str) -> str:
        return str(series(self.event(uid)[2])["SUMMARY"])

    def change(self, uid: str, **texts: str) -> None:
        """Set properties of the series: `LOCATION="Kitchen"`."""
        path, etag, calendar = self.event(uid)
        for name, text in texts.items():
            series(calendar).pop(name, None)
            series(calendar).add(name.replace("_", "-"), text)
        self.put(path, etag, calendar)

    def add_meeting(self, starts_at: datetime, ends_at: datetime) -> None:
        meeting = VEvent()
        meeting.add("UID", f"meeting-{starts_at:%Y%m%d%H%M}")
        meeting.add("DTSTAMP", datetime(2027, 1, 1, tzinfo=UTC))
        meeting.add("DTSTART", starts_at)
        meeting.add("DTEND", ends_at)
        meeting.add("SUMMARY", "Dentist")
        self.add(meeting, f"{urlsplit(self.personal).path}meeting.ics")

    def add(self, event: VEvent, path: str) -> None:
        calendar = Calendar()
        calendar.add("PRODID", "-//Phone//EN")
        calendar.add("VERSION", "2.0")
        calendar.add_component(event)
        self.write(path, bytes(calendar.to_ical()), {"If-None-Match": "*"})

    def event(self, uid: str) -> tuple[str, str, Calendar]:
        """Where it stands, its etag, and what it says."""
        for path in self.paths():
            status, headers, body = self.send("GET", path)
            if status == 200 and f"UID:{uid}" in body.decode().replace("\r\n ", ""):
                return path, headers["etag"], Calendar.from_ical(body)
        raise LookupError(uid)

    def paths(self) -> list[str]:
        _, _, body = self.send("PROPFIND", urlsplit(self.calendar).path, headers={"Depth": "1"})
        return re.findall(r"href>([^<]*\.ics)<", body.decode())

    def put(self, path: str, etag: str, calendar: Calendar) -> None:
        self.write(path, bytes(calendar.to_ical()), {"If-Match": etag})

    def write(self, path: str, ics: bytes, headers: dict[str, str]) -> None:
        status, _, body = self.send("PUT", path, ics, {"Content-Type": "text/calendar; charset=utf-8", **headers})
        assert status in {200, 201, 204}, body

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        secret = b64encode(f"{self.user}:secret".encode()).decode()
        connection = HTTPConnection(urlsplit(self.calendar).netloc, timeout=20)
        try:
            said = {"Authorization": f"Basic {secret}", "Content-Type": "application/xml", **(headers or {})}
            connection.request(method, path, body, said)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    def _single(self, calendar: Calendar, original_starts: datetime) -> VEvent | None:
        named = original_starts.replace(tzinfo=zone_of(series(calendar)))
        singles = (one for one in calendar.walk("VEVENT") if "RECURRENCE-ID" in one)
        return next((one for one in singles if one["RECURRENCE-ID"].dt == named), None)

    def _set_time(self, single: VEvent, main: VEvent, starts: datetime) -> None:
        length = main["DTEND"].dt - main["DTSTART"].dt
        sequence = int(main.get("SEQUENCE", 0)) + 1
        for name in ("DTSTART", "DTEND", "DURATION", "SEQUENCE"):
            single.pop(name, None)
        single.add("DTSTART", starts.replace(tzinfo=zone_of(main)))
        single.add("DTEND", starts.replace(tzinfo=zone_of(main)) + length)
        single.add("SEQUENCE", sequence)


def series(calendar: Calendar) -> VEvent:
    (found,) = (one for one in calendar.walk("VEVENT") if "RECURRENCE-ID" not in one)
    return found


def zone_of(event: VEvent):
    return event["DTSTART"].dt.tzinfo
