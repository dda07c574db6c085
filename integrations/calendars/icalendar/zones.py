"""Which place's clock a TZID means. Where nobody can say for certain, none: a guess would move appointments."""

from datetime import datetime, timedelta

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from integrations.calendars.icalendar.lines import Component
from rituals.rule import RecurrenceError
from rituals.zone import moment, zone_info

UTC_NAMES = frozenset({"UTC", "ETC/UTC", "GMT", "ETC/GMT", "Z", "ZULU", "ETC/UCT"})
COMPARED_MONTHS = 26


def zone_named(tzid: str, calendar: Component) -> str | None:
    """By its own name, its maker's prefix aside, by that of Windows, or by what its VTIMEZONE says of itself."""
    candidates = [tzid]
    for zone in calendar.all("VTIMEZONE"):
        if zone.value("TZID") == tzid:
            candidates.append(zone.value("X-LIC-LOCATION"))
    for candidate in candidates:
        name = candidate.strip().strip("/")
        if name.upper() in UTC_NAMES:
            return "UTC"
        pieces = name.split("/")
        for known in (WINDOWS_TO_OLSON.get(name, name), *("/".join(pieces[at:]) for at in range(1, len(pieces)))):
            if _is_known(known):
                return known
    return None


def same_clock(one: str, other: str, since: datetime) -> bool:
    """Whether nobody who looks at these two clocks over the next two years sees them differ."""
    if one == other:
        return True
    months = (since + timedelta(days=30 * month) for month in range(COMPARED_MONTHS))
    return all(moment(local, one) == moment(local, other) for local in months)


def _is_known(name: str) -> bool:
    try:
        zone_info(name)
    except RecurrenceError:
        return False
    return True
