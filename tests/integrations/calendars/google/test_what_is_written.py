"""What Google is told of an event, in how many calls, and what stays as the calendar's owner made it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from integrations.calendars.google import GoogleCalendar
from integrations.calendars.google.event_id import event_id, uid_of
from rituals.calendar_event import Event, Override
from rituals.calendar_interfaces import Held
from rituals.recurrence import Recurrence, Rule
from rituals.timetable import Timetable
from tests.contracts.calendar import (
    CHANGED,
    FOURTH,
    LEFT_OUT,
    MADRID,
    MOVED,
    REVISED,
    SECOND,
    SUNDAYS,
    SUNDAYS_AT_SEVEN,
    THIRD,
    only,
)
from tests.integrations.calendars.google.phone import GooglePhone
from tests.simulators.google_calendar.resource import part, text
from tests.simulators.google_calendar.simulator import GoogleCalendar as Google

UID = SUNDAYS.uid
HOURLY = (timedelta(hours=1),)


def seen(calendar: GoogleCalendar) -> Held:
    held = calendar.read(UID)
    assert held is not None
    return held


def put(calendar: GoogleCalendar, event: Event) -> None:
    calendar.put(event, etag=seen(calendar).etag)


def writes(google: Google) -> Counter[str]:
    reading = {"calendar.events.list", "calendar.events.get"}
    names = Counter({name.removeprefix("calendar.events."): n for name, n in google.calls.items()})
    return Counter({name: n for name, n in names.items() if f"calendar.events.{name}" not in reading})


def test_an_event_is_private_repeats_and_leads_back_to_its_page(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(SUNDAYS, etag=None)
    event = phone.event(UID)
    assert (event["summary"], event["description"]) == ("Weekly check-in", SUNDAYS.description)
    assert event["visibility"] == "private"
    assert event["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=SU"]
    assert event["start"] == {"dateTime": "2027-03-07T18:00:00Z", "timeZone": MADRID}
    assert event["end"] == {"dateTime": "2027-03-07T18:45:00Z", "timeZone": MADRID}
    assert event["source"] == {"title": "Side by Side", "url": SUNDAYS.url}
    assert event["reminders"] == {"useDefault": True}
    assert "attendees" not in event
    assert text(part(part(event, "extendedProperties"), "private"), "plan") == UID


@pytest.mark.parametrize("uid", [UID, "ä ritual/1", "x", "long" * 100])
def test_an_id_can_be_read_backwards_in_its_own_calendar_alone(uid: str) -> None:
    name = event_id(uid, "one@group.calendar.google.com")
    assert set(name) <= set("0123456789abcdefghijklmnopqrstuv")
    assert 5 <= len(name) <= 1024
    assert uid_of(name, "one@group.calendar.google.com") == uid
    assert uid_of(f"{name}_20270314T180000Z", "one@group.calendar.google.com") == uid
    assert uid_of(name, "another@group.calendar.google.com") is None


@pytest.mark.parametrize("name", ["", "_", "abc", "zzzzzzzz", "0" * 8, "vvvvvvvvvvvvvvvv", "a b", "é" * 8])
def test_an_id_of_another_make_is_not_ours(name: str) -> None:
    assert uid_of(name, "one@group.calendar.google.com") is None


def test_what_stands_there_already_is_not_written_again(calendar: GoogleCalendar, google: Google) -> None:
    etag = calendar.put(CHANGED, etag=None)
    google.calls.clear()
    assert calendar.put(CHANGED, etag=etag) == etag
    assert calendar.put(CHANGED, etag=None) == etag
    assert writes(google) == {"insert": 1}  # which is refused, as it is there


def test_a_new_title_is_one_question_and_one_write(calendar: GoogleCalendar, google: Google) -> None:
    etag = calendar.put(SUNDAYS, etag=None)
    google.calls.clear()
    calendar.put(replace(SUNDAYS, summary="Coffee"), etag=etag)
    assert google.calls == {"calendar.events.list": 1, "calendar.events.patch": 1}


def test_a_skipped_date_is_written_alone(calendar: GoogleCalendar, google: Google) -> None:
    etag = calendar.put(replace(CHANGED, overrides=(MOVED,)), etag=None)
    google.calls.clear()
    calendar.put(CHANGED, etag=etag)
    assert writes(google) == {"patch": 1}


def test_a_new_title_reaches_the_dates_that_differ(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    etag = calendar.put(CHANGED, etag=None)
    calendar.put(replace(CHANGED, summary="Coffee"), etag=etag)
    assert phone.date_title(UID, SECOND) == "Coffee"


def test_what_its_owner_added_survives(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.colour(UID, "4")
    phone.note(UID, "Bring the blue mugs.")
    phone.add_alarm(UID, timedelta(minutes=25))
    put(calendar, replace(CHANGED, summary="Coffee", description="Another line.", reminders=HOURLY))
    event = phone.event(UID)
    assert (event["summary"], event["colorId"], event["description"]) == ("Coffee", "4", "Bring the blue mugs.")
    assert event["reminders"] == {"useDefault": False, "overrides": [{"method": "popup", "minutes": 25}]}


def test_a_new_line_follows_where_the_owner_left_it(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(SUNDAYS, etag=None)
    phone.note(UID, f"  {SUNDAYS.description}\r\n")  # only spaces differ, as some programs leave them
    put(calendar, replace(SUNDAYS, description="Another line."))
    assert phone.event(UID)["description"] == "Another line."


def test_reminders_come_change_and_go_as_their_owner_chooses(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(replace(SUNDAYS, reminders=HOURLY), etag=None)
    assert phone.event(UID)["reminders"] == alarms(60)
    put(calendar, replace(SUNDAYS, reminders=(timedelta(minutes=10), timedelta(days=1))))
    assert phone.event(UID)["reminders"] == alarms(10, 1440)
    put(calendar, replace(SUNDAYS, reminders=()))
    assert phone.event(UID)["reminders"] == {"useDefault": False, "overrides": []}
    put(calendar, SUNDAYS)
    assert phone.event(UID)["reminders"] == {"useDefault": True}


def test_no_more_reminders_than_google_takes(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    many = tuple(timedelta(minutes=minutes) for minutes in (99999, 9, 8, 7, 6, 5, 4))
    calendar.put(replace(SUNDAYS, reminders=many), etag=None)
    assert phone.event(UID)["reminders"] == alarms(4, 5, 6, 7, 8)


def test_a_changed_rule_leaves_nothing_of_the_old_one(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    mondays = replace(SUNDAYS_AT_SEVEN, starts=datetime(2027, 3, 8, 20), rule=Rule.parse("FREQ=WEEKLY;BYDAY=MO"))
    etag = calendar.put(CHANGED, etag=None)
    etag = calendar.put(replace(SUNDAYS, recurrence=mondays), etag=etag)
    assert phone.visible_starts(until=datetime(2027, 3, 30)) == [datetime(2027, 3, day, 20) for day in (8, 15, 22, 29)]
    calendar.put(CHANGED, etag=etag)
    assert only(calendar).timetable == CHANGED.timetable


def test_a_rule_can_change_together_with_its_dates(calendar: GoogleCalendar) -> None:
    at_eight = replace(SUNDAYS_AT_SEVEN, starts=datetime(2027, 3, 7, 20), duration=timedelta(hours=1))
    etag = calendar.put(CHANGED, etag=None)
    moved = Override(datetime(2027, 3, 21, 20), datetime(2027, 3, 22, 21), 6, REVISED)
    event = replace(SUNDAYS, recurrence=at_eight, overrides=(moved,))
    etag = calendar.put(event, etag=etag)
    assert (only(calendar).etag, only(calendar).timetable) == (etag, event.timetable)


def test_dates_of_a_rule_that_comes_back_do_not_come_back_with_it(calendar: GoogleCalendar, phone: GooglePhone) -> None:
    calendar.put(CHANGED, etag=None)
    phone.move_series(UID, replace(SUNDAYS_AT_SEVEN, starts=datetime(2027, 3, 7, 21)))
    etag = calendar.put(SUNDAYS, etag=seen(calendar).etag)
    assert (only(calendar).etag, only(calendar).timetable) == (etag, SUNDAYS.timetable)


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Kathmandu"])
def test_a_new_zone_takes_the_dates_along(calendar: GoogleCalendar, zone: str) -> None:
    etag = calendar.put(CHANGED, etag=None)
    there = replace(CHANGED, recurrence=replace(SUNDAYS_AT_SEVEN, zone=zone))
    calendar.put(there, etag=etag)
    assert only(calendar).timetable == there.timetable


def test_what_repeated_can_happen_once_and_the_other_way_round(calendar: GoogleCalendar) -> None:
    once = replace(SUNDAYS, recurrence=replace(SUNDAYS_AT_SEVEN, rule=None))
    etag = calendar.put(CHANGED, etag=None)
    etag = calendar.put(once, etag=etag)
    assert only(calendar).timetable == once.timetable
    calendar.put(CHANGED, etag=etag)
    assert only(calendar).timetable == CHANGED.timetable


def test_what_happens_once_simply_stands_where_it_was_moved(calendar: GoogleCalendar) -> None:
    once = Recurrence(datetime(2027, 5, 1, 15), MADRID, timedelta(hours=3), None)
    moved = Override(once.starts, datetime(2027, 5, 2, 16), 4, REVISED)
    calendar.put(replace(SUNDAYS, recurrence=once, overrides=(moved,)), etag=None)
    assert only(calendar).timetable == Timetable(replace(once, starts=datetime(2027, 5, 2, 16)))


NIGHTLY = Recurrence(datetime(2027, 3, 26, 2, 30), "Europe/Berlin", timedelta(minutes=30), Rule.parse("FREQ=DAILY"))
IN_THE_GAP = datetime(2027, 3, 28, 2, 30)
TWICE_THAT_NIGHT = datetime(2027, 10, 31, 2, 30)


@pytest.mark.parametrize("original", [IN_THE_GAP, TWICE_THAT_NIGHT])
@pytest.mark.parametrize("starts", [datetime(2027, 3, 29, 20), None])
def test_a_date_at_a_change_of_the_clocks_can_differ(
    calendar: GoogleCalendar, original: datetime, starts: datetime | None
) -> None:
    event = replace(SUNDAYS, recurrence=NIGHTLY, overrides=(Override(original, starts, 4, REVISED),))
    etag = calendar.put(event, etag=None)
    assert only(calendar).timetable.dates == {original: starts}
    calendar.put(replace(event, overrides=()), etag=etag)
    assert only(calendar).timetable == Timetable(NIGHTLY)


@pytest.mark.parametrize("starts", [IN_THE_GAP, TWICE_THAT_NIGHT])
def test_a_date_can_be_moved_into_a_change_of_the_clocks(calendar: GoogleCalendar, starts: datetime) -> None:
    evenings = replace(NIGHTLY, starts=datetime(2027, 3, 20, 20))
    moved = Override(datetime(2027, 3, 27, 20), starts, 4, REVISED)
    event = replace(SUNDAYS, recurrence=evenings, overrides=(moved,))
    etag = calendar.put(event, etag=None)
    shown = datetime(2027, 3, 28, 3, 30) if starts == IN_THE_GAP else starts
    assert only(calendar).timetable.dates == {moved.original_starts: shown}
    assert calendar.put(event, etag=only(calendar).etag) in {etag, only(calendar).etag}


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=DAILY;COUNT=4", "FREQ=WEEKLY;BYDAY=SU", None])
@pytest.mark.parametrize("starts", [IN_THE_GAP, TWICE_THAT_NIGHT])
def test_a_series_may_begin_at_a_change_of_the_clocks(
    calendar: GoogleCalendar, phone: GooglePhone, starts: datetime, rule: str | None
) -> None:
    nightly = replace(NIGHTLY, starts=starts, rule=Rule.parse(rule) if rule else None)
    etag = calendar.put(replace(SUNDAYS, recurrence=nightly), etag=None)
    assert only(calendar).timetable == Timetable(nightly)
    weeks_later = nightly.upcoming(REVISED.replace(month=11, day=2), 1)
    assert all(one.original_starts in phone.visible_starts(until=datetime(2027, 11, 20)) for one in weeks_later)
    put(calendar, SUNDAYS)
    assert only(calendar).timetable == SUNDAYS.timetable
    assert only(calendar).etag != etag


@pytest.mark.parametrize("overrides", [(), (MOVED, LEFT_OUT)])
def test_a_deleted_event_comes_back_whole(
    calendar: GoogleCalendar, phone: GooglePhone, overrides: tuple[Override, ...]
) -> None:
    calendar.put(CHANGED, etag=None)
    phone.retitle(UID, "Of the life before")
    calendar.remove(UID)
    event = replace(SUNDAYS, summary="Coffee", overrides=overrides, reminders=HOURLY)
    etag = calendar.put(event, etag=None)
    assert (only(calendar).etag, only(calendar).timetable) == (etag, event.timetable)
    assert (phone.title(UID), phone.event(UID)["reminders"]) == ("Coffee", alarms(60))


def test_dates_of_other_events_are_left_alone(calendar: GoogleCalendar) -> None:
    other = replace(CHANGED, uid="another@side-by-side")
    calendar.put(other, etag=None)
    calendar.put(CHANGED, etag=None)
    calendar.remove(UID)
    assert [(one.uid, one.timetable) for one in calendar.changes(None).held] == [(other.uid, other.timetable)]
    assert {SECOND, THIRD, FOURTH} & other.timetable.dates.keys() == {SECOND, THIRD}


def alarms(*minutes: int) -> dict[str, object]:
    return {"useDefault": False, "overrides": [{"method": "popup", "minutes": one} for one in minutes]}
