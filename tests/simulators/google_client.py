"""A plain HTTP client of the simulated Google Calendar, so that nothing of a library's stands between."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urlsplit

from tests.simulators.google_calendar.resource import Resource, parse, part, parts, text, written
from tests.simulators.google_calendar.simulator import API, GoogleCalendar


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Resource
    headers: Mapping[str, str]

    @property
    def reason(self) -> str:
        """Why it was refused, in Google's word for it."""
        errors = parts(part(self.body, "error"), "errors")
        return text(errors[0], "reason") if errors else text(self.body, "error")

    @property
    def items(self) -> list[Resource]:
        return parts(self.body, "items")

    @property
    def ids(self) -> list[str]:
        return [text(item, "id") for item in self.items]


class GoogleClient:
    """Speaks for one account with one access token, over one connection that stays open."""

    def __init__(self, simulator: GoogleCalendar, token: str) -> None:
        self.token = token
        self.connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)

    def call(
        self,
        method: str,
        path: str,
        body: Resource | None = None,
        query: Mapping[str, str | list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        target = f"{API}{path}?{urlencode(query, doseq=True)}" if query else API + path
        self.connection.request(method, target, None if body is None else written(body), sent)
        response = self.connection.getresponse()
        raw = response.read()
        if response.headers["Content-Encoding"] == "gzip":
            raw = gzip.decompress(raw)
        found = parse(raw) if raw else {}
        assert isinstance(found, dict)
        return Reply(response.status, found, {name.lower(): value for name, value in response.getheaders()})

    def make_calendar(self, **fields: str) -> str:
        """Its id."""
        return text(self.call("POST", "calendars", {"summary": "Side by Side", **fields}).body, "id")


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one calendar."""

    client: GoogleClient
    calendar_id: str

    def insert(self, event: Resource) -> Reply:
        return self.client.call("POST", self._path(), event)

    def get(self, event_id: str, **query: str) -> Reply:
        return self.client.call("GET", self._path(event_id), None, query)

    def patch(self, event_id: str, changes: Resource, *, etag: str = "") -> Reply:
        return self.client.call("PATCH", self._path(event_id), changes, headers=match(etag))

    def update(self, event_id: str, event: Resource, *, etag: str = "") -> Reply:
        return self.client.call("PUT", self._path(event_id), event, headers=match(etag))

    def delete(self, event_id: str, *, etag: str = "") -> Reply:
        return self.client.call("DELETE", self._path(event_id), headers=match(etag))

    def list(self, **query: str | list[str]) -> Reply:
        return self.client.call("GET", self._path(), None, query)

    def instances(self, event_id: str, **query: str) -> Reply:
        return self.client.call("GET", self._path(event_id) + "/instances", None, query)

    def token(self) -> str:
        """To ask with for what changes from now on."""
        return text(self.list().body, "nextSyncToken")

    def _path(self, event_id: str = "") -> str:
        path = f"calendars/{quote(self.calendar_id)}/events"
        return f"{path}/{quote(event_id)}" if event_id else path


SUNDAYS: Resource = {
    "id": "sunsatseven",
    "summary": "Weekly check-in",
    "start": {"dateTime": "2027-03-07T19:00:00", "timeZone": "Europe/Madrid"},
    "end": {"dateTime": "2027-03-07T19:45:00", "timeZone": "Europe/Madrid"},
    "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=SU"],
    "extendedProperties": {"private": {"plan": "1"}},
}
SECOND, THIRD, FOURTH = "sunsatseven_20270314T180000Z", "sunsatseven_20270321T180000Z", "sunsatseven_20270328T170000Z"
AT_EIGHT: Resource = {
    "start": {"dateTime": "2027-03-14T20:00:00", "timeZone": "Europe/Madrid"},
    "end": {"dateTime": "2027-03-14T20:45:00", "timeZone": "Europe/Madrid"},
}


def match(etag: str) -> dict[str, str]:
    return {"If-Match": etag} if etag else {}


def starts(event: Resource) -> str:
    return text(event, "start", "dateTime")
