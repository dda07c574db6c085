"""The clocks of a foreign file: zones by whatever name, and those that it brings along."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO

from dateutil.tz import tzical
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from integrations.calendars.foreign_rule import bounded
from rituals.rule import RecurrenceError
from rituals.zone import zone_info

ZONES_AT_MOST = 20
_UNDERSTOOD = re.compile(r"(BEGIN|END|DTSTART|RRULE|RDATE|TZOFFSETFROM|TZOFFSETTO|TZNAME)\b", re.IGNORECASE)
_LINES_AT_MOST = 2000


class Zones:
    """Finds the clock that a TZID means; the owner's own where nobody can say."""

    def __init__(self, owner: str, calendar: str, brought: Mapping[str, list[str]]) -> None:
        self._owner = zone_info(owner)
        self._brought = brought
        self._found: dict[str, tzinfo] = {}
        self.floating = _known(calendar) or self._owner
        self.has_own = _known(calendar) is not None
        """Whether the file says where its clock stands."""

    def named(self, tzid: str) -> tzinfo:
        if tzid not in self._found:
            self._found[tzid] = _known(tzid) or self._made(tzid) or self._owner
        return self._found[tzid]

    def _made(self, tzid: str) -> tzinfo | None:
        raw = self._brought.get(tzid)
        if raw is None or len(self._found) >= ZONES_AT_MOST:
            return None
        try:
            return _compiled(raw)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # Read by a library that expects well-formed text, and anything may stand there.
            return None


def moment(local: datetime, zone: tzinfo) -> datetime:
    """As `rituals.zone.moment`, for zones that are no place's."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_clock(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _known(tzid: str) -> tzinfo | None:
    """Plain names, those of Windows, and those with a maker's prefix."""
    name = tzid.strip().strip("/")
    pieces = name.split("/")
    for candidate in (WINDOWS_TO_OLSON.get(name, name), *("/".join(pieces[at:]) for at in range(1, len(pieces)))):
        try:
            return zone_info(candidate)
        except RecurrenceError:
            continue
    return None


def _compiled(raw: list[str]) -> tzinfo | None:
    lines = [line for line in raw[:_LINES_AT_MOST] if _UNDERSTOOD.match(line)]
    rules = [line.partition(":")[2] for line in lines if line.upper().startswith("RRULE")]
    start = datetime(1970, 1, 1)  # noqa: DTZ001  a wall clock
    if any("YEARLY" not in rule.upper() or bounded(rule, start) is None for rule in rules):
        return None
    text = "\n".join(["BEGIN:VTIMEZONE", "TZID:brought", *lines, "END:VTIMEZONE"])
    zone = tzical(StringIO(text)).get("brought")
    if zone is not None and abs(moment(start, zone) - start.replace(tzinfo=UTC)) > timedelta(days=1):
        return None
    return zone
