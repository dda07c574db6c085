"""What becomes of a phone's edits on their way back: moved, deleted, split, copied, in other words and other zones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from integrations.calendars.google import GoogleCalendar
from rituals.recurrence import Recurrence, Rule
from rituals.timetable import Timetable
from tests.contracts.calendar import CHANGED, FOURTH, LEFT_OUT, MOVED, SECOND, SUNDAYS, SUNDAYS_AT_SEVEN, THIRD, only
from tests.integrations.calendars.google.phone import GooglePhone
from tests.simulators.google_calendar.resource import Resource
from tests.simulators.google_calendar.simulator import GoogleCalendar as Google

UID = SUNDAYS.uid
OTHER = replace(CHANGED, uid="another@side-by-side")


@pytest.mark.parametrize(
    ("times", "starts"),
    [
        (("2027-03-14T14:00:00-05:00", "2027-03-14T14:45:00-05:00", "America/New_York"), datetime(2027, 3, 14, 20)),
        (("2027-03-15T20:00:00Z", "2027-03-15T21:00:00Z", None), datetime(2027, 3, 15, 21)),
        (("2027-03-14T18:00:00Z", "2027-03-14T20:00:00Z", None), SECOND),
        (("2027-03-16", "2027-03-17", None), datetime(2027, 3, 16, 19)),
        (("2027-03-14", "2027-03-15", None), SECOND),
    ],
    ids=["in another zone", "in no zone", "made longer", "a whole other day", "its own whole day"],
)
def test_a_moved_date_is_read_on_the_clocks_of_the_plan(
    calendar: GoogleCalendar, phone: GooglePhone, times: tuple[str, str, str | None], starts: datetime
) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.set_date(UID, SECOND, start=time(times[0], times[2]), end=time(times[1], times[2]))
    assert only(calendar).timetable == Timetable(SUNDAYS_AT_SEVEN, {SECOND: starts} if starts != SECOND else {})
    calendar.put(CHANGED, etag=only(calendar).etag)
    assert only(calendar).timetable == CHANGED.timetable


@pytest.mark.parametrize(
    "lines",
    [
        ["EXDATE;TZID=Europe/Madrid:20270314T190000,20270321T190000"],
        ["EXDATE:20270314T180000Z", "EXDATE:20270321T180000Z"],
        ["EXDATE;VALUE=DATE:20270314,20270321"],
        ["EXDATE;TZID=America/New_York:20270314T140000,20270321T140000"],
    ],
)
def test_dates_left_out_in_the_words_of_other_programs(
    calendar: GoogleCalendar, phone: GooglePhone, lines: Sequence[str]
) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.set_series(UID, recurrence=["RRULE:FREQ=WEEKLY;BYDAY=SU", *lines])
    assert only(calendar).timetable == Timetable(SUNDAYS_AT_SEVEN, {SECOND: None, THIRD: None})
    calendar.put(replace(CHANGED, overrides=(LEFT_OUT,)), etag=only(calendar).etag)
    assert only(calendar).timetable == Timetable(SUNDAYS_AT_SEVEN, {THIRD: None})


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        ("FREQ=WEEKLY;WKST=SU;BYDAY=SU", "FREQ=WEEKLY;BYDAY=SU"),
        ("FREQ=WEEKLY;WKST=MO;INTERVAL=1;BYDAY=SU", "FREQ=WEEKLY;BYDAY=SU"),
        ("FREQ=WEEKLY;UNTIL=20270404;BYDAY=SU", "FREQ=WEEKLY;BYDAY=SU;UNTIL=20270404T215959Z"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU"),
    ],
)
def test_a_rule_in_other_words_is_the_same(calendar: GoogleCalendar, phone: GooglePhone, rule: str, read: str) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.set_series(UID, recurrence=[f"RRULE:{rule}"])
    assert only(calendar).timetable == Timetable(replace(SUNDAYS_AT_SEVEN, rule=Rule.parse(read)))


ALL_DAY: Resource = {"start": {"date": "2027-03-07"}, "end": {"date": "2027-03-08"}}
TWO_DAYS: Resource = {"end": {"dateTime": "2027-03-09T19:00:00Z", "timeZone": "Europe/Madrid"}}
SECONDS: Resource = {"start": {"dateTime": "2027-03-07T18:00:30Z", "timeZone": "Europe/Madrid"}}


@pytest.mark.parametrize(
    "changes",
    [
        ALL_DAY,
        TWO_DAYS,
        SECONDS,
        {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=SU;BYMONTH=3"]},
        {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=SU", "RDATE:20270310T180000Z"]},
        {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=SU", "RRULE:FREQ=WEEKLY;BYDAY=MO"]},
        {"start": {"dateTime": "2027-03-07T18:00:00Z", "timeZone": "Etc/GMT+5"}},
    ],
    ids=["all day", "too long", "seconds", "an odd rule", "added dates", "two rules", "a zone of no place"],
)
def test_what_no_plan_can_say_is_read_as_such_and_can_be_put_right(
    calendar: GoogleCalendar, phone: GooglePhone, changes: Resource
) -> None:
    calendar.put(CHANGED, etag=None)
    phone.set_series(UID, **changes)
    assert only(calendar).timetable == Timetable(None)
    calendar.put(CHANGED, etag=only(calendar).etag)
    assert only(calendar).timetable == CHANGED.timetable


def test_a_date_deleted_on_the_phone_and_wanted_back_stands_again(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.delete_date(UID, SECOND)
    phone.delete_date(UID, FOURTH)
    calendar.put(SUNDAYS, etag=only(calendar).etag)
    assert only(calendar).timetable == SUNDAYS.timetable


def test_this_and_following_leaves_a_copy_that_is_told_and_taken_away(
    calendar: GoogleCalendar, phone: GooglePhone
) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    name = phone.split(UID, THIRD, datetime(2027, 3, 22, 20))
    told = calendar.changes(token)
    (copy,) = told.copies
    (held,) = told.held
    assert (copy.name, copy.uid) == (name, UID)
    assert copy.timetable.recurrence is not None
    assert copy.timetable.recurrence.starts == datetime(2027, 3, 22, 20)
    assert held.timetable.recurrence == replace(
        SUNDAYS_AT_SEVEN, rule=Rule.parse("FREQ=WEEKLY;BYDAY=SU;UNTIL=20270321T175959Z")
    )
    assert calendar.changes(None).copies == (copy,)
    calendar.put(SUNDAYS, etag=held.etag)
    calendar.discard(copy)
    calendar.discard(copy)
    after = calendar.changes(told.token)
    assert (after.copies, after.deleted, only(calendar).timetable) == ((), frozenset(), SUNDAYS.timetable)


def test_a_date_moved_in_a_copy_is_told_with_it(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.split(UID, THIRD, THIRD)
    token = calendar.changes(None).token
    phone.move_date_of_copy(UID, FOURTH, datetime(2027, 3, 29, 21))
    (copy,) = calendar.changes(token).copies
    assert copy.timetable.dates == {FOURTH: datetime(2027, 3, 29, 21)}


def test_what_its_owner_keeps_in_our_calendar_is_none_of_our_business(
    calendar: GoogleCalendar, phone: GooglePhone
) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.add_own_event("Choir", datetime(2027, 3, 9, 19), "RRULE:FREQ=WEEKLY")
    changes = calendar.changes(None)
    assert ([one.uid for one in changes.held], changes.copies) == ([UID], ())


def test_an_event_moved_to_another_calendar_is_gone_from_ours(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(CHANGED, etag=None)
    token = calendar.changes(None).token
    phone.move_to_primary(UID)
    changes = calendar.changes(token)
    assert (changes.deleted, changes.held, changes.copies) == (frozenset({UID}), (), ())
    assert calendar.read(UID) is None


def test_what_was_deleted_and_restored_is_held(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(CHANGED, etag=None)
    token = calendar.changes(None).token
    phone.delete_series(UID)
    phone.restore(UID)
    changes = calendar.changes(token)
    assert [one.timetable for one in changes.held] == [CHANGED.timetable]
    assert changes.deleted == frozenset()


def test_each_change_is_told_with_the_whole_of_its_event(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    for event in (CHANGED, OTHER):
        calendar.put(event, etag=None)
    token = calendar.changes(None).token
    phone.retitle(UID, "Our Sunday")
    (held,) = calendar.changes(token).held
    assert (held.uid, held.timetable) == (UID, CHANGED.timetable)


def test_pages_are_read_to_the_last(calendar: GoogleCalendar, google: Google) -> None:
    google.set_page_size(2)
    events = (CHANGED, OTHER, replace(SUNDAYS, uid="third@side-by-side"))
    for event in events:
        calendar.put(event, etag=None)
    changes = calendar.changes(None)
    assert {one.uid: one.timetable for one in changes.held} == {one.uid: one.timetable for one in events}
    assert calendar.changes(changes.token).held == ()


def test_a_token_from_long_ago_means_everything_anew(calendar: GoogleCalendar, google: Google) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    google.expire_sync_tokens()
    changes = calendar.changes(token)
    assert (changes.is_whole, [one.uid for one in changes.held]) == (True, [UID])
    assert not calendar.changes(changes.token).is_whole


def test_nothing_new_is_one_question(calendar: GoogleCalendar, google: Google) -> None:
    calendar.put(CHANGED, etag=None)
    token = calendar.changes(None).token
    google.calls.clear()
    assert calendar.changes(token).held == ()
    assert google.calls == {"calendar.events.list": 1}


@pytest.mark.parametrize("minutes", [30, 60 * 24])
def test_a_series_moved_on_the_phone_takes_its_other_edits_along(
    calendar: GoogleCalendar, phone: GooglePhone, minutes: int
) -> None:
    calendar.put(SUNDAYS, etag=None)
    moved = Recurrence(
        SUNDAYS_AT_SEVEN.starts + timedelta(minutes=minutes),
        "Europe/Lisbon",
        timedelta(minutes=50),
        Rule.parse("FREQ=WEEKLY;INTERVAL=3"),
    )
    phone.move_series(UID, moved)
    assert only(calendar).timetable == Timetable(moved)
    calendar.put(CHANGED, etag=only(calendar).etag)
    assert only(calendar).timetable.dates == {SECOND: MOVED.starts, THIRD: None}


def time(text: str, zone: str | None) -> Resource:
    if "T" not in text:
        return {"date": text}
    return {"dateTime": text, "timeZone": zone} if zone else {"dateTime": text}
