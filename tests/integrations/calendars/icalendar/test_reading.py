"""What phones and servers make of our event, read back into what a plan can say."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from integrations.calendars.icalendar.lines import parse
from integrations.calendars.icalendar.merging import merged
from integrations.calendars.icalendar.reading import BEYOND_WORDS, series_in, timetable
from rituals.calendar_event import Override
from rituals.recurrence import Recurrence
from rituals.rule import Rule
from rituals.timetable import Timetable
from tests.contracts.calendar import (
    CHANGED,
    LEFT_OUT,
    MADRID,
    MOVED,
    RECURRENCES,
    REVISED,
    SUNDAYS,
    SUNDAYS_AT_SEVEN,
)

FOREIGN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
{zones}
BEGIN:VEVENT
UID:2c2f1d2e-7c7f-4c51-9e1e-000000000001@side-by-side
DTSTAMP:20270301T090000Z
{lines}
END:VEVENT
{more}
END:VCALENDAR
"""
MARCH_28 = datetime(2027, 3, 28, 19)
PLAIN = "DTSTART;TZID=Europe/Madrid:20270307T190000\nDTEND;TZID=Europe/Madrid:20270307T194500"
WEEKLY = f"{PLAIN}\nRRULE:FREQ=WEEKLY;BYDAY=SU"
ODD_ZONE = "BEGIN:VTIMEZONE\nTZID:Home\n{location}\nEND:VTIMEZONE"


def read(ics: bytes | str) -> Timetable:
    series = series_in(parse(ics.encode() if isinstance(ics, str) else ics))
    assert series is not None
    return timetable(series)


def foreign(lines: str, *, more: str = "", zones: str = "") -> Timetable:
    """Without our mark, as where a program dropped it."""
    return read(FOREIGN.format(lines=lines, more=more, zones=zones))


def ours(*, before: str = "", after: str = "") -> Timetable:
    """Our own rendering of Sundays at seven, with something replaced."""
    ics = merged(SUNDAYS, None).decode().replace("\r\n ", "")
    assert before in ics
    return read(ics.replace(before, after))


def override(starts: str, *, named: str = ";TZID=Europe/Madrid:20270328T190000", more: str = "") -> str:
    lines = f"UID:{SUNDAYS.uid}\nRECURRENCE-ID{named}\nDTSTART{starts}\nDURATION:PT45M\n{more}"
    return f"BEGIN:VEVENT\n{lines}\nEND:VEVENT".replace("\n\n", "\n")


@pytest.mark.parametrize("recurrence", RECURRENCES.values(), ids=RECURRENCES.keys())
def test_what_we_write_is_read_as_it_was_meant(recurrence: Recurrence) -> None:
    assert read(merged(replace(SUNDAYS, recurrence=recurrence), None)) == Timetable(recurrence)


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=SA;BYSETPOS=1", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=YEARLY"]
)
def test_the_plans_own_words_come_back_also_where_we_wrote_others(rule: str) -> None:
    recurrence = Recurrence(datetime(2028, 1, 31, 19), MADRID, timedelta(hours=1), Rule.parse(rule))
    if "BYSETPOS" in rule:
        recurrence = replace(recurrence, starts=datetime(2028, 1, 1, 19))
    assert read(merged(replace(SUNDAYS, recurrence=recurrence), None)) == Timetable(recurrence)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=SU;WKST=SU",
        "WKST=MO;BYDAY=SU;FREQ=WEEKLY",
        "freq=weekly;byday=su",
        "FREQ=DAILY;BYDAY=SU",
    ],
)
def test_a_rule_that_a_program_rewrote_is_still_the_plans(rule: str) -> None:
    assert ours(before="FREQ=WEEKLY;BYDAY=SU", after=rule) == SUNDAYS.timetable


@pytest.mark.parametrize("until", ["20270401T170000Z", "20270401T215959Z", "20270401", "20270401T235959"])
def test_an_end_written_otherwise_is_the_same_end(until: str) -> None:
    daily = RECURRENCES["an end"]
    ics = merged(replace(SUNDAYS, recurrence=daily), None).decode().replace("\r\n ", "")
    assert read(ics.replace("UNTIL=20270401T170000Z", f"UNTIL={until}")) == Timetable(daily)


@pytest.mark.parametrize(
    "zone", ["Europe/Madrid", "Europe/Paris", "Romance Standard Time", "/freeassociation.sourceforge.net/Europe/Madrid"]
)
def test_another_name_for_the_same_clock_is_no_change(zone: str) -> None:
    assert ours(before="TZID=Europe/Madrid", after=f"TZID={zone}") == SUNDAYS.timetable


def test_a_name_that_its_definition_explains_is_understood() -> None:
    zones = ODD_ZONE.format(location="X-LIC-LOCATION:Europe/Madrid")
    assert foreign(WEEKLY.replace("Europe/Madrid", "Home"), zones=zones) == SUNDAYS.timetable


@pytest.mark.parametrize("zone", ["Home", "GMT+0100", '"(UTC+01:00) Brussels, Madrid"', "(UTC+01:00) Brussels", ""])
def test_a_zone_that_nobody_knows_is_not_guessed(zone: str) -> None:
    assert foreign(WEEKLY.replace("Europe/Madrid", zone), zones=ODD_ZONE.format(location="X-A:b")) == BEYOND_WORDS


@pytest.mark.parametrize(
    "lines",
    [
        "DTSTART;VALUE=DATE:20270307\nDTEND;VALUE=DATE:20270308\nRRULE:FREQ=WEEKLY",
        "DTSTART:20270307T190000\nDTEND:20270307T194500\nRRULE:FREQ=WEEKLY",
        "DTEND;TZID=Europe/Madrid:20270307T194500\nRRULE:FREQ=WEEKLY",
        "DTSTART;TZID=Europe/Madrid:20270307T190000\nRRULE:FREQ=WEEKLY",
        "DTSTART;TZID=Europe/Madrid:20270307T190000\nDURATION:PT0S",
        "DTSTART;TZID=Europe/Madrid:20270307T190000\nDURATION:P2D",
        "DTSTART;TZID=Europe/Madrid:20270307T190030\nDURATION:PT45M",
        "DTSTART;TZID=Europe/Madrid:20270230T190000\nDURATION:PT45M",
        "DTSTART;TZID=Europe/Madrid:soon\nDURATION:PT45M",
        "DTSTART;TZID=Europe/Madrid:20270307T190000\nDURATION:long",
        f"{PLAIN}\nRRULE:FREQ=SECONDLY",
        f"{PLAIN}\nRRULE:FREQ=WEEKLY;INTERVAL=0",
        f"{PLAIN}\nRRULE:FREQ=YEARLY;BYWEEKNO=20",
        f"{PLAIN}\nRRULE:FREQ=DAILY;UNTIL=20270101T000000Z",
        f"{PLAIN}\nRRULE:FREQ=WEEKLY\nRRULE:FREQ=DAILY",
        f"{WEEKLY}\nRDATE;TZID=Europe/Madrid:20270310T190000",
        f"{WEEKLY}\nSTATUS:CANCELLED",
        f"{WEEKLY}\nRECURRENCE-ID;TZID=Europe/Madrid:20270307T190000",
        f"{WEEKLY}\nEXDATE;TZID=Nowhere/Land:20270314T190000",
        f"{WEEKLY}\nEXDATE:{','.join(['20270314T190000Z'] * 2001)}",
    ],
    ids=lambda lines: lines.replace("\n", " ")[-60:],
)
def test_what_a_plan_cannot_say_has_no_recurrence(lines: str) -> None:
    assert foreign(lines) == BEYOND_WORDS


def test_from_one_date_on_is_beyond_words() -> None:
    later = override(":20270328T180000Z", named=";RANGE=THISANDFUTURE;TZID=Europe/Madrid:20270328T190000")
    assert foreign(WEEKLY, more=later) == BEYOND_WORDS


FORMS = {
    "in its zone": ";TZID=Europe/Madrid:20270328T190000",
    "UTC": ":20270328T170000Z",
    "New York": ";TZID=America/New_York:20270328T130000",
    "floating": ":20270328T190000",
    "a day": ";VALUE=DATE:20270328",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_date_left_out_is_understood_in_any_form(form: str) -> None:
    assert foreign(f"{WEEKLY}\nEXDATE{form}").dates == {MARCH_28: None}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_moved_date_is_known_by_its_original_start_in_any_form(form: str) -> None:
    found = foreign(WEEKLY, more=override(";TZID=Europe/Madrid:20270405T200000", named=form))
    assert found.dates == {MARCH_28: datetime(2027, 4, 5, 20)}


@pytest.mark.parametrize(
    "starts", [";TZID=Europe/Madrid:20270405T200000", ":20270405T180000Z", ";TZID=America/New_York:20270405T140000"]
)
def test_a_moved_date_may_be_told_by_any_clock(starts: str) -> None:
    assert foreign(WEEKLY, more=override(starts)).dates == {MARCH_28: datetime(2027, 4, 5, 20)}


def test_a_date_that_is_called_off_is_left_out() -> None:
    assert foreign(WEEKLY, more=override(":20270328T170000Z", more="STATUS:CANCELLED")).dates == {MARCH_28: None}


def test_a_date_moved_and_left_out_is_left_out() -> None:
    moved = override(";TZID=Europe/Madrid:20270405T200000")
    assert foreign(f"{WEEKLY}\nEXDATE;TZID=Europe/Madrid:20270328T190000", more=moved).dates == {MARCH_28: None}


@pytest.mark.parametrize("starts", [";TZID=Europe/Madrid:20270328T190000", ":20270328T170000Z"])
def test_a_date_that_differs_in_its_text_alone_is_none_that_differs(starts: str) -> None:
    assert foreign(WEEKLY, more=override(starts, more="SUMMARY:With Ana")).dates == {}


def test_dates_that_the_rule_does_not_have_are_none_of_its_dates() -> None:
    odd = "EXDATE;TZID=Europe/Madrid:20270329T190000,20270328T200000"
    moved = override(":20270401T170000Z", named=";TZID=Europe/Madrid:20270331T190000")
    assert foreign(f"{WEEKLY}\n{odd}", more=moved).dates == {}


def test_single_dates_of_another_event_are_not_ours() -> None:
    other = override(":20270405T180000Z").replace(SUNDAYS.uid, "other@example.org")
    assert foreign(WEEKLY, more=other).dates == {}


class TestAGapOfTheClocks:
    """In Berlin, 02:30 does not exist on 28 March 2027."""

    NIGHTS = replace(SUNDAYS, recurrence=RECURRENCES["in a gap of the clocks"])
    GAP = datetime(2027, 3, 28, 2, 30)

    def test_a_left_out_date_in_the_gap_is_known_by_the_time_people_mean(self) -> None:
        event = replace(self.NIGHTS, overrides=(Override(self.GAP, None, 3, REVISED),))
        assert read(merged(event, None)) == event.timetable

    def test_also_where_a_phone_names_the_moment(self) -> None:
        ics = merged(self.NIGHTS, None).decode().replace("\r\n ", "")
        named = ics.replace("RECURRENCE-ID;TZID=Europe/Berlin:20270328T023000", "RECURRENCE-ID:20270328T013000Z")
        assert named != ics
        assert read(named) == self.NIGHTS.timetable
        exdate = ics.replace("RRULE:FREQ=DAILY", "EXDATE:20270328T013000Z\r\nRRULE:FREQ=DAILY")
        assert read(exdate).dates == {self.GAP: None}

    def test_a_date_moved_into_the_gap_is_read_as_it_was_meant(self) -> None:
        event = replace(self.NIGHTS, overrides=(Override(datetime(2027, 4, 1, 2, 30), self.GAP, 3, REVISED),))
        assert read(merged(event, None)) == event.timetable

    def test_and_moved_on_from_there_it_is_where_the_phone_put_it(self) -> None:
        event = replace(self.NIGHTS, overrides=(Override(datetime(2027, 4, 1, 2, 30), self.GAP, 3, REVISED),))
        ics = merged(event, None).decode().replace("\r\n ", "")
        # Its own date and the one moved there both begin at that moment; the phone drags the second.
        one, _, other = ics.rpartition("DTSTART:20270328T013000Z")
        found = read(f"{one}DTSTART:20270329T013000Z{other}".replace("DTEND:20270328T020000Z", "DURATION:PT30M"))
        assert found.dates == {datetime(2027, 4, 1, 2, 30): datetime(2027, 3, 29, 3, 30)}


class TestOnce:
    """What happens once has no dates to differ from, but is moved all the same."""

    EVENT = replace(SUNDAYS, recurrence=RECURRENCES["once"])
    STARTS = RECURRENCES["once"].starts

    @pytest.mark.parametrize(
        ("starts", "ends"),
        [
            (";TZID=Europe/Madrid:20270502T160000", ";TZID=Europe/Madrid:20270502T190000"),
            (":20270502T140000Z", ":20270502T170000Z"),
        ],
    )
    def test_dragged_on_a_phone_it_is_moved(self, starts: str, ends: str) -> None:
        ics = merged(self.EVENT, None).decode().replace("\r\n ", "")
        ics = ics.replace("DTSTART;TZID=Europe/Madrid:20270501T150000", f"DTSTART{starts}")
        ics = ics.replace("DTEND;TZID=Europe/Madrid:20270501T180000", f"DTEND{ends}")
        assert read(ics) == Timetable(self.EVENT.recurrence, {self.STARTS: datetime(2027, 5, 2, 16)})

    def test_moved_by_us_it_is_read_as_moved(self) -> None:
        event = replace(self.EVENT, overrides=(Override(self.STARTS, datetime(2027, 5, 3, 15), 3, REVISED),))
        assert read(merged(event, None)) == event.timetable

    def test_skipped_by_us_it_is_read_as_left_out(self) -> None:
        event = replace(self.EVENT, overrides=(Override(self.STARTS, None, 3, REVISED),))
        assert read(merged(event, None)) == event.timetable

    def test_made_longer_it_is_another_event(self) -> None:
        ics = merged(self.EVENT, None).decode().replace("\r\n ", "").replace("20270501T180000", "20270501T190000")
        assert read(ics) == Timetable(replace(self.EVENT.recurrence, duration=timedelta(hours=4)))


def test_a_series_moved_keeps_the_single_dates_that_it_still_has() -> None:
    ics = merged(CHANGED, None).decode().replace("\r\n ", "")
    found = read(ics.replace("DTEND;TZID=Europe/Madrid:20270307T194500", "DTEND;TZID=Europe/Madrid:20270307T200000"))
    assert found.recurrence == replace(SUNDAYS_AT_SEVEN, duration=timedelta(hours=1))
    assert found.dates == {MOVED.original_starts: MOVED.starts, LEFT_OUT.original_starts: None}


def test_a_calendar_without_an_event_is_about_nothing() -> None:
    assert series_in(parse(b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")) is None
