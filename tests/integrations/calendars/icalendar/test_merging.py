"""Our event written into what its owner made of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from integrations.calendars.icalendar.lines import Component, parse
from integrations.calendars.icalendar.merging import merged
from integrations.calendars.icalendar.reading import series_in, timetable
from rituals.calendar_event import Event, Override
from rituals.rule import Rule
from rituals.timetable import Timetable
from tests.contracts.calendar import CHANGED, FOURTH, MOVED, RECURRENCES, REVISED, SECOND, SUNDAYS, THIRD
from tests.ics_lint import lint

PERSONAL = """LOCATION:Kitchen\\, at the table
CATEGORIES:us,"home"
COLOR:tomato
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR;X-P="a:b;c":AUTOMATIC
ATTACH;VALUE=URI:https://example.org/list?a=b;c
ATTENDEE;CN=Ana:mailto:ana@example.org
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Reminder
TRIGGER:-PT3H
X-WR-ALARMUID:1
END:VALARM
"""


def write(event: Event, stored: str | None = None) -> str:
    """Unfolded, with plain line ends, as a phone may change it with `replace`."""
    ics = merged(event, parse(stored.encode()) if stored is not None else None)
    assert [problem for problem in lint(ics) if "ATTENDEE" not in problem] == []
    return ics.decode().replace("\r\n ", "").replace("\r\n", "\n")


def in_series(ics: str, lines: str) -> str:
    """As a phone writes properties into the series."""
    return ics.replace("SUMMARY:Weekly check-in\n", f"SUMMARY:Weekly check-in\n{lines}", 1)


def the_series(ics: str) -> Component:
    found = series_in(parse(ics.encode()))
    assert found is not None
    return found.event


def dates(ics: str) -> list[Component]:
    return [one for one in parse(ics.encode()).all("VEVENT") if one.first("RECURRENCE-ID")]


def lines_of(component: Component) -> set[str]:
    return set(map(str, component.lines))


def test_the_same_event_is_written_in_the_same_bytes() -> None:
    assert merged(CHANGED, None) == merged(CHANGED, None)
    assert merged(CHANGED, parse(merged(CHANGED, None))) == merged(CHANGED, parse(merged(CHANGED, None)))


def test_nobody_is_invited_by_us() -> None:
    assert "ATTENDEE" not in write(CHANGED)
    assert "ORGANIZER" not in write(CHANGED)
    assert "METHOD" not in write(CHANGED, write(CHANGED).replace("VERSION:2.0", "VERSION:2.0\nMETHOD:REQUEST"))


def test_what_its_owner_added_survives_a_move_and_a_new_rule() -> None:
    stored = in_series(write(SUNDAYS), PERSONAL)
    added = set(PERSONAL.partition("BEGIN")[0].splitlines())
    for event in (CHANGED, replace(SUNDAYS, recurrence=RECURRENCES["first Saturdays"])):
        written = write(event, stored)
        assert added <= lines_of(the_series(written))
        assert the_series(written).parts == the_series(stored).parts
        assert timetable_of(written) == event.timetable


def test_a_new_single_date_has_what_its_owner_added_to_the_series() -> None:
    written = write(CHANGED, in_series(write(SUNDAYS), PERSONAL))
    (moved,) = dates(written)
    assert moved.value("LOCATION") == "Kitchen\\, at the table"
    assert [alarm.value("TRIGGER") for alarm in moved.all("VALARM")] == ["-PT3H"]


def test_what_its_owner_added_to_one_date_survives_there_alone() -> None:
    stored = write(CHANGED)
    head, _, tail = stored.rpartition("SUMMARY:Weekly check-in\n")
    stored = f"{head}SUMMARY:With Ana\nLOCATION:At Ana's\n{tail}"
    elsewhere = replace(MOVED, starts=datetime(2027, 3, 16, 18))
    written = write(replace(CHANGED, overrides=(elsewhere,), summary="Coffee"), stored)
    (moved,) = dates(written)
    assert (moved.value("LOCATION"), moved.value("SUMMARY")) == ("At Ana's", "With Ana")
    assert the_series(written).value("SUMMARY") == "Coffee"
    assert the_series(written).first("LOCATION") is None
    assert timetable_of(written).dates == {SECOND: elsewhere.starts}


def test_a_personal_date_back_at_its_own_time_keeps_what_is_personal() -> None:
    stored = write(CHANGED)
    head, _, tail = stored.rpartition("SUMMARY:Weekly check-in\n")
    written = write(replace(SUNDAYS, sequence=6), f"{head}SUMMARY:Weekly check-in\nLOCATION:At Ana's\n{tail}")
    (back,) = dates(written)
    assert back.value("LOCATION") == "At Ana's"
    assert timetable_of(written) == SUNDAYS.timetable


def test_a_date_back_at_its_own_time_with_nothing_personal_is_none_of_its_own() -> None:
    assert dates(write(replace(SUNDAYS, sequence=6), write(CHANGED))) == []


def test_a_date_that_is_left_out_or_not_in_the_new_rule_is_gone() -> None:
    stored = write(CHANGED).replace("SUMMARY:Weekly check-in\n", "SUMMARY:Weekly check-in\nLOCATION:Here\n")
    skipped = replace(CHANGED, overrides=(replace(MOVED, starts=None),))
    assert dates(write(skipped, stored)) == []
    assert dates(write(replace(CHANGED, recurrence=RECURRENCES["weekdays"], overrides=()), stored)) == []


@pytest.mark.parametrize("name", ["SUMMARY", "DESCRIPTION", "URL"])
def test_a_text_that_its_owner_reworded_stays_and_one_of_ours_follows(name: str) -> None:
    ours = the_series(write(SUNDAYS)).value(name)
    after = replace(CHANGED, summary="Coffee", description="Another line", url="https://elsewhere.example/")
    reworded = write(after, write(SUNDAYS).replace(f"{name}:{ours}", f"{name}:Words of their own", 1))
    assert the_series(reworded).value(name) == "Words of their own"
    assert the_series(write(after, reworded)).value(name) == "Words of their own"
    untouched = the_series(write(after, write(SUNDAYS)))
    assert untouched.value(name) == {
        "SUMMARY": "Coffee",
        "DESCRIPTION": "Another line",
        "URL": "https://elsewhere.example/",
    }.get(name)


def test_a_text_that_its_owner_took_out_stays_out() -> None:
    stored = write(SUNDAYS)
    line = str(the_series(stored).first("DESCRIPTION"))
    assert the_series(write(CHANGED, stored.replace(f"{line}\n", "", 1))).first("DESCRIPTION") is None


def test_a_server_that_rewraps_a_text_has_not_reworded_it() -> None:
    event = replace(SUNDAYS, description="A talk; and more, by us.\n\nhttps://rituals.example.org/plans/1")
    stored = write(event).replace("A talk\\; and more\\, by us.\\n\\n", "A talk\\; and more\\, by us.\\N \\n")
    assert the_series(write(replace(event, description="New"), stored)).value("DESCRIPTION") == "New"


def test_a_text_is_not_touched_where_our_note_of_it_got_lost() -> None:
    stored = "\n".join(line for line in write(SUNDAYS).split("\n") if not line.startswith("X-SIDE"))
    assert the_series(write(replace(SUNDAYS, summary="Coffee"), stored)).value("SUMMARY") == "Weekly check-in"


@pytest.mark.parametrize(
    ("said", "meant"), [("TRANSP:OPAQUE", "TRANSP:TRANSPARENT"), ("CLASS:PRIVATE", "CLASS:PUBLIC")]
)
def test_how_it_is_shown_is_its_owners_to_say(said: str, meant: str) -> None:
    assert meant in lines_of(the_series(write(CHANGED, write(SUNDAYS).replace(said, meant))))


def test_a_cancelled_event_that_stands_again_is_confirmed() -> None:
    stored = write(SUNDAYS).replace("STATUS:CONFIRMED", "STATUS:CANCELLED")
    assert the_series(write(CHANGED, stored)).value("STATUS") == "CONFIRMED"


@pytest.mark.parametrize(
    ("theirs", "kept"), [("40", "40"), ("1", "4"), ("many", "4"), ("99999999999", "2147483647"), ("9" * 5000, "4")]
)
def test_the_sequence_never_falls(theirs: str, kept: str) -> None:
    stored = write(SUNDAYS).replace("SEQUENCE:2", f"SEQUENCE:{theirs}")
    assert the_series(write(CHANGED, stored)).value("SEQUENCE") == kept


def test_a_zone_that_something_of_theirs_needs_stays() -> None:
    standard = "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\n"
    zone = f"BEGIN:VTIMEZONE\nTZID:Home\n{standard}END:VTIMEZONE\n"
    stored = write(SUNDAYS).replace("BEGIN:VEVENT\n", f"{zone}{zone.replace('Home', 'Old')}BEGIN:VEVENT\n", 1)
    written = write(CHANGED, in_series(stored, "X-TRAVEL;TZID=Home:20270307T170000\n"))
    assert [one.value("TZID") for one in parse(written.encode()).all("VTIMEZONE")] == ["Europe/Madrid", "Home"]


@pytest.mark.parametrize("stored", ["", "BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR"])
def test_over_what_is_no_event_ours_is_written_whole(stored: str) -> None:
    ics = merged(CHANGED, parse(stored.encode()) if stored else None)
    assert timetable_of(ics.decode()) == CHANGED.timetable


def test_an_event_of_which_only_a_date_is_left_is_written_whole() -> None:
    stored = parse(write(CHANGED).encode())
    events = [part for part in stored.parts if part.name != "VEVENT" or part.first("RECURRENCE-ID")]
    assert timetable_of(merged(CHANGED, replace(stored, parts=tuple(events))).decode()) == CHANGED.timetable


class TestReminders:
    """`reminders` None leaves alarms alone; otherwise ours are beside those that the owner made."""

    HOUR, DAY = timedelta(hours=1), timedelta(days=1)

    def triggers(self, ics: str) -> list[str]:
        return [alarm.value("TRIGGER") for alarm in the_series(ics).all("VALARM")]

    def event(self, reminders: Sequence[timedelta] | None) -> Event:
        return replace(CHANGED, reminders=None if reminders is None else tuple(reminders))

    def test_they_are_written_to_the_series_and_to_every_single_date(self) -> None:
        ics = write(self.event([self.HOUR, timedelta()]))
        assert self.triggers(ics) == ["-PT60M", "PT0S"]
        assert [alarm.value("TRIGGER") for one in dates(ics) for alarm in one.all("VALARM")] == ["-PT60M", "PT0S"]

    @pytest.mark.parametrize(
        ("before", "after", "found"),
        [
            (None, None, ["-PT3H"]),
            (None, [HOUR], ["-PT3H", "-PT60M"]),
            ([HOUR], None, ["-PT60M", "-PT3H"]),
            ([HOUR], [HOUR], ["-PT60M", "-PT3H"]),
            ([HOUR], [DAY], ["-PT3H", "-PT1440M"]),
            ([HOUR], [], ["-PT3H"]),
        ],
    )
    def test_the_owners_own_stay_beside_ours(
        self, before: list[timedelta] | None, after: list[timedelta] | None, found: list[str]
    ) -> None:
        alarm = "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT3H\nEND:VALARM\nEND:VEVENT"
        stored = write(self.event(before)).replace("END:VEVENT", alarm)
        assert self.triggers(write(self.event(after), stored)) == found

    def test_one_that_its_owner_took_out_or_changed_stays_so(self) -> None:
        stored = write(self.event([self.HOUR]))
        alarm = stored[stored.index("BEGIN:VALARM") : stored.index("END:VALARM") + len("END:VALARM\n")]
        assert self.triggers(write(self.event([self.HOUR]), stored.replace(alarm, ""))) == []
        changed = stored.replace("-PT60M", "-PT2H")
        assert self.triggers(write(self.event([self.HOUR]), changed)) == ["-PT2H"]

    def test_where_our_notes_got_lost_none_comes_twice(self) -> None:
        stored = "\n".join(line for line in write(self.event([self.HOUR])).split("\n") if not line.startswith("X-SIDE"))
        assert self.triggers(write(self.event([self.HOUR]), stored)) == ["-PT60M"]


def test_what_happens_once_and_is_skipped_is_struck_through_and_can_come_back() -> None:
    once = replace(SUNDAYS, recurrence=RECURRENCES["once"])
    skipped = replace(once, overrides=(Override(once.recurrence.starts, None, 3, REVISED),))
    ics = write(skipped, write(once))
    assert the_series(ics).value("STATUS") == "CANCELLED"
    assert the_series(write(once, ics)).value("STATUS") == "CONFIRMED"
    assert timetable_of(write(once, ics)) == once.timetable


def test_single_dates_of_many_kinds_are_told_at_once() -> None:
    overrides = (MOVED, Override(THIRD, None, 4, REVISED), Override(FOURTH, datetime(2027, 3, 28, 2, 30), 4, REVISED))
    event = replace(SUNDAYS, overrides=overrides, recurrence=replace(SUNDAYS.recurrence, rule=Rule.parse("FREQ=DAILY")))
    assert timetable_of(write(event, write(CHANGED))) == event.timetable


def timetable_of(ics: str) -> Timetable:
    found = series_in(parse(ics.encode()))
    assert found is not None
    return timetable(found)
