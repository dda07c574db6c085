"""VTIMEZONE components that calendar programs read right (RFC 5545, section 3.6.5)."""

from datetime import UTC, datetime, timedelta

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from rituals.clock_changes import Change, changes, yearly_changes
from rituals.zone import zone_info

YEARS_AHEAD = 6
"""How far a zone without a lasting rule is written out."""
LONG_AGO = 1970


def vtimezone(zone: str, *, first_year: int, last_year: int) -> Timezone:
    """The zone's clocks from `first_year` on, right at least until the end of `last_year`.

    Where the zone follows a yearly rule by then, two observances with an RRULE say it for good. Changes
    before that, and those that no rule gives, get one observance each: several RDATEs in one observance
    are lost by widely used readers.
    """
    single = changes(zone, first_year - 1, last_year)
    settled = _settled_year(zone, single, first_year - 1, last_year)
    component = Timezone()
    component.add("TZID", zone)
    if settled < first_year:
        # From long ago, as most programs write it: some take a zone that begins late for UTC.
        settled = LONG_AGO
    else:
        component.add_component(_observance(_opening(zone, first_year - 1)))
    for change in single:
        if change.at.year < settled:
            component.add_component(_observance(change))
    if settled <= last_year:
        for yearly in yearly_changes(zone):
            component.add_component(_observance(yearly.in_year(settled), yearly.recurrence))
    return component


def _settled_year(zone: str, single: tuple[Change, ...], first_year: int, last_year: int) -> int:
    """The year from which on the yearly rule gives every change; after the last one if there is none such."""
    rules = yearly_changes(zone)
    settled = last_year + 1
    if not rules or any(rule.recurrence is None for rule in rules):
        return settled
    for year in range(last_year, first_year - 1, -1):
        actual = {change.at for change in single if change.at.year == year}
        if actual != {rule.in_year(year).at for rule in rules}:
            return settled
        settled = year
    return settled


def _opening(zone: str, year: int) -> Change:
    """What held at the beginning of the year, said from long ago on."""
    local = datetime(year, 1, 1, tzinfo=UTC).astimezone(zone_info(zone))
    offset = local.utcoffset() or timedelta()
    long_ago = datetime(LONG_AGO, 1, 1, tzinfo=UTC) - offset
    return Change(long_ago, offset, offset, local.tzname() or zone, summer=False)


def _observance(change: Change, rule: str | None = None) -> TimezoneStandard | TimezoneDaylight:
    observance = TimezoneDaylight() if change.summer else TimezoneStandard()
    observance.add("DTSTART", change.local)
    observance.add("TZOFFSETFROM", change.before)
    observance.add("TZOFFSETTO", change.after)
    observance.add("TZNAME", change.name)
    if rule:
        observance.add("RRULE", vRecur.from_ical(rule))
    return observance
