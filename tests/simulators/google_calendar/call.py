"""One request to the API, understood: which method, on whose behalf, with what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.simulators.google_calendar.account import Account
from tests.simulators.google_calendar.api_error import ApiError, precondition_failed, scope_too_narrow
from tests.simulators.google_calendar.channel import Channels
from tests.simulators.google_calendar.discovery import Method
from tests.simulators.google_calendar.kept_calendar import KeptCalendar
from tests.simulators.google_calendar.resource import Resource

OWN_CALENDARS_ONLY = frozenset({"calendar.app.created"})


@dataclass(frozen=True, slots=True)
class Call:
    """Names of headers are in small letters."""

    method: Method
    account: Account
    client: str
    scopes: frozenset[str]
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Resource
    channels: Channels
    page_size: int
    epoch: int
    """Sync tokens of an earlier one have expired."""

    @property
    def is_of_own_calendars(self) -> bool:
        """Allowed by `calendar.app.created` alone."""
        return self.scopes & self.method.scopes <= OWN_CALENDARS_ONLY

    def calendar(self) -> KeptCalendar:
        """The one that is meant. Raises ApiError where there is none, or it is none of this client's business."""
        found = self.account.calendar(self.path["calendarId"])
        if self.is_of_own_calendars and found.made_by != self.client:
            raise scope_too_narrow()
        return found

    def text(self, name: str) -> str:
        return self.query.get(name, [""])[0]

    def flag(self, name: str) -> bool:
        return self.text(name) == "true"

    def moment(self, name: str) -> datetime | None:
        return datetime.fromisoformat(self.text(name).upper()) if self.text(name) else None

    def require_match(self, etag: str) -> None:
        """If-Match (RFC 9110, section 13.1.1)."""
        wanted = self.headers.get("if-match", "*")
        if wanted != "*" and etag not in [one.strip() for one in wanted.split(",")]:
            raise precondition_failed()

    def require_change(self, etag: str) -> None:
        """If-None-Match of a GET."""
        if etag in [one.strip() for one in self.headers.get("if-none-match", "").split(",")]:
            raise ApiError(304, "notModified", "Not Modified")
