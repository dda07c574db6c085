"""A start or an end as Google keeps it: a moment with the zone beside it, or a whole day."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from tests.simulators.google_calendar.api_error import invalid
from tests.simulators.google_calendar.resource import Resource, text


@cache
def zone_info(zone: str) -> ZoneInfo:
    if zone not in _zones():
        raise invalid("Invalid time zone definition.", "timeZone")
    return ZoneInfo(zone)


@cache
def _zones() -> set[str]:
    return available_timezones()


def moment_of(local: datetime, zone: str) -> datetime:
    """The first of two where the clocks go back; shifted forward where they leave a gap."""
    return local.replace(tzinfo=zone_info(zone), fold=0).astimezone(UTC)


COMPACT = re.compile(r"\d{8}(T\d{6}Z?)?")


def compact(text: str) -> datetime | date:
    """A day, a wall-clock time or a moment, as iCalendar writes it. Raises ValueError."""
    if not COMPACT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def rfc3339(moment: datetime) -> str:
    timespec = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class When:
    """Either `moment` (aware UTC) or `day` is there; `zone` is what the event itself says."""

    moment: datetime | None
    day: date | None
    zone: str

    @classmethod
    def parse(cls, resource: Resource, name: str) -> "When":
        """`name` is 'start' or 'end', for the error."""
        day, at, zone = (text(resource, key) for key in ("date", "dateTime", "timeZone"))
        if bool(day) == bool(at):
            raise invalid(f"Invalid {name} time.") if day else invalid(f"Missing {name} time.", reason="required")
        if day:
            return cls(None, date.fromisoformat(day), zone)
        found = datetime.fromisoformat(at.upper()).replace(microsecond=0)
        if zone:
            zone_info(zone)
        elif found.tzinfo is None:
            raise invalid(f"Missing time zone definition for {name} time.", reason="required")
        return cls(found.astimezone(UTC) if found.tzinfo else moment_of(found, zone), None, zone)

    @classmethod
    def at(cls, local: datetime, zone: str) -> "When":
        return cls(moment_of(local, zone), None, zone)

    def local(self) -> datetime:
        """Wall-clock time in its own zone; midnight of a day."""
        if self.day is not None:
            return datetime.combine(self.day, time())
        return self._moment().astimezone(zone_info(self.zone or "UTC")).replace(tzinfo=None, fold=0)

    def instant(self, zone: str) -> datetime:
        """To compare by; a day begins at midnight in the given zone."""
        return moment_of(self.local(), zone) if self.day is not None else self._moment()

    def shown(self, zone: str) -> Resource:
        """As it is answered: in the zone of the calendar (or the one asked for), the event's own beside it."""
        if self.day is not None:
            return {"date": self.day.isoformat()}
        shown: Resource = {"dateTime": rfc3339(self._moment().astimezone(zone_info(zone)))}
        return {**shown, "timeZone": self.zone} if self.zone else shown

    @classmethod
    def of_key(cls, key: str, zone: str) -> "When":
        """What `key()` names. Raises ValueError."""
        found = compact(key)
        if not isinstance(found, datetime):
            return cls(None, found, zone)
        if found.tzinfo is None:
            raise ValueError(key)
        return cls(found.astimezone(UTC), None, zone)

    def kept(self) -> Resource:
        """As it is stored: two that mean the same are equal."""
        return self.shown("UTC")

    def key(self) -> str:
        """How the id of an instance names its original start."""
        return f"{self.day:%Y%m%d}" if self.day is not None else f"{self._moment():%Y%m%dT%H%M%SZ}"

    def after(self, length: timedelta) -> "When":
        """Hours of a moment, days of a day."""
        if self.day is not None:
            return When(None, self.day + length, self.zone)
        return When(self._moment() + length, None, self.zone)

    def since(self, start: "When") -> timedelta:
        if (self.day is None) is not (start.day is None):
            raise invalid("Start and end times must either both be date or both be dateTime.")
        return self.instant("UTC") - start.instant("UTC")

    def _moment(self) -> datetime:
        assert self.moment is not None
        return self.moment
