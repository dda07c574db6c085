"""The clocks of a zone as other programs read them from our VTIMEZONE."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from dateutil.tz import tzical

from rituals.clock_changes import changes, yearly_changes
from rituals.vtimezone import vtimezone
from rituals.zone import wall_clock, zones

FIRST, LAST = 2027, 2032
ONE_OF_EACH_KIND = sorted({changes(zone, FIRST - 1, LAST): zone for zone in zones()}.values())
"""One zone for every different series of changes in these years."""


def text(zone: str, first_year: int = FIRST, last_year: int = LAST) -> str:
    return vtimezone(zone, first_year=first_year, last_year=last_year).to_ical().decode()


def moments_around_changes(zone: str, first_year: int, last_year: int) -> list[datetime]:
    """A little before and after each change, and some ordinary days."""
    around = [-timedelta(hours=30), -timedelta(hours=3), timedelta(hours=3), timedelta(hours=30)]
    near = [change.at + step for change in changes(zone, first_year, last_year) for step in around]
    days = (datetime(last_year, 12, 31) - datetime(first_year, 1, 1)).days
    return near + [datetime(first_year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(0, days, 23)]


def assert_read_right(zone: str, first_year: int, last_year: int) -> None:
    calendar = f"BEGIN:VCALENDAR\r\n{text(zone, first_year, last_year)}END:VCALENDAR\r\n"
    read = tzical(StringIO(calendar)).get(zone)
    for at in moments_around_changes(zone, first_year, last_year):
        local = wall_clock(at, zone)
        assert local.replace(tzinfo=read).astimezone(UTC) == at, f"{zone} {at}"


@pytest.mark.parametrize("zone", ONE_OF_EACH_KIND)
def test_every_kind_of_zone_is_read_right(zone: str):
    assert_read_right(zone, FIRST, LAST)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/Santiago"])
def test_a_yearly_rule_goes_on_beyond_the_years_asked_for(zone: str):
    calendar = f"BEGIN:VCALENDAR\r\n{text(zone)}END:VCALENDAR\r\n"
    read = tzical(StringIO(calendar)).get(zone)
    for at in moments_around_changes(zone, 2040, 2041):
        assert wall_clock(at, zone).replace(tzinfo=read).astimezone(UTC) == at


@pytest.mark.parametrize(
    ("zone", "first_year"),
    [("America/New_York", 2005), ("America/Mexico_City", 2021), ("Africa/Casablanca", 2022), ("Asia/Amman", 2021)],
)
def test_zones_that_changed_their_rules_are_right_before_and_after(zone: str, first_year: int):
    assert_read_right(zone, first_year, LAST)


def test_a_zone_with_a_rule_has_two_observances_and_is_small():
    madrid = text("Europe/Madrid")
    assert madrid.count("BEGIN:DAYLIGHT") == madrid.count("BEGIN:STANDARD") == 1
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" in madrid
    assert len(madrid) < 400


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Phoenix", "Asia/Tokyo"])
def test_a_zone_without_changes_has_one_standard_observance(zone: str):
    assert (text(zone).count("BEGIN:STANDARD"), text(zone).count("BEGIN:DAYLIGHT")) == (1, 0)


def test_dublin_has_its_summer_in_summer():
    """Irish law calls summer the standard time; programs that take the larger offset for summer agree with us."""
    daylight = text("Europe/Dublin").split("BEGIN:DAYLIGHT")[1]
    assert "TZOFFSETTO:+0100" in daylight


def test_a_change_whose_day_slips_into_another_month_is_written_out_year_by_year():
    cairo = text("Africa/Cairo")
    assert "RRULE" not in cairo
    assert cairo.count("BEGIN:DAYLIGHT") == LAST - FIRST + 2


@pytest.mark.parametrize("zone", ONE_OF_EACH_KIND)
def test_dates_are_never_listed(zone: str):
    assert "RDATE" not in text(zone)


@pytest.mark.parametrize("zone", [zone for zone in ONE_OF_EACH_KIND if yearly_changes(zone)])
def test_the_yearly_rule_is_what_the_clocks_do_in_years_to_come(zone: str):
    expected = sorted(rule.in_year(year).at for rule in yearly_changes(zone) for year in (2030, 2031))
    assert [change.at for change in changes(zone, 2030, 2031)] == expected


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Europe/London", "America/New_York", "Asia/Tokyo"])
def test_a_settled_zone_is_written_the_same_in_every_year(zone: str):
    assert text(zone, 2024, 2029) == text(zone)
