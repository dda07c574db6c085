"""What a calendar's owner does to our events in their own app, on real servers."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Alarm, vRecur
from icalendar import Event as VEvent

from integrations.calendars.caldav.calendar import CaldavCalendar
from integrations.calendars.caldav.token import Token
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.rule import Rule
from rituals.stretch import Stretch
from rituals.timetable import Timetable
from tests.contracts.calendar import CHANGED, REVISED, SUNDAYS, SUNDAYS_AT_SEVEN, only
from tests.integrations.calendars.caldav.shared import Shared, path
from tests.simulators.caldav_phone import series

TWO_WEEKS = (REVISED, REVISED + timedelta(days=14))
MEETING = (datetime(2027, 3, 3, 9, tzinfo=UTC), datetime(2027, 3, 3, 10, tzinfo=UTC))


@pytest.fixture
def calendar(shared: Shared) -> Iterator[CaldavCalendar]:
    calendar = shared.provider.open(shared.access)
    yield calendar
    calendar.close()


def meeting(uid: str, **properties: object) -> VEvent:
    event = VEvent()
    for name, value in {"UID": uid, "DTSTAMP": REVISED, "DTSTART": MEETING[0], "DTEND": MEETING[1]}.items():
        event.add(name, properties.pop(name, value))
    for name, value in properties.items():
        event.add(name, value)
    return event


def trouble_of(calendar: CaldavCalendar) -> Trouble:
    with pytest.raises(CalendarError) as caught:
        calendar.changes(None)
    return caught.value.trouble


def test_what_the_phone_added_survives_our_next_write(shared: Shared, calendar: CaldavCalendar) -> None:
    calendar.put(SUNDAYS, etag=None)
    place, etag, event = shared.phone.event(SUNDAYS.uid)
    for name, value in {"LOCATION": "Kitchen, at the table", "COLOR": "tomato", "X-TRAVEL": "a;b"}.items():
        series(event).add(name, value)
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", "Soon")
    alarm.add("TRIGGER", timedelta(hours=-3))
    series(event).add_component(alarm)
    shared.phone.put(place, etag, event)
    seen = calendar.read(SUNDAYS.uid)
    assert seen is not None
    calendar.put(replace(CHANGED, reminders=(timedelta(minutes=15),)), etag=seen.etag)
    after = series(shared.phone.event(SUNDAYS.uid)[2])
    assert (after["LOCATION"], after["COLOR"]) == ("Kitchen, at the table", "tomato")
    assert after["X-TRAVEL"].replace("\\", "") == "a;b"
    assert [one["TRIGGER"].dt for one in after.walk("VALARM")] == [timedelta(hours=-3), timedelta(minutes=-15)]
    assert only(calendar).timetable == CHANGED.timetable


def test_a_series_split_on_the_phone_is_told_as_a_copy(shared: Shared, calendar: CaldavCalendar) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    place, etag, event = shared.phone.event(SUNDAYS.uid)
    rest = deepcopy(series(event))
    for name in ("UID", "DTSTART", "DTEND"):
        rest.pop(name)
    starts = datetime(2027, 3, 21, 20, tzinfo=series(event)["DTSTART"].dt.tzinfo)
    rest.add("UID", "A-NEW-ONE")
    rest.add("DTSTART", starts)
    rest.add("DTEND", starts + timedelta(minutes=45))
    series(event).pop("RRULE")
    series(event).add("RRULE", vRecur.from_ical("FREQ=WEEKLY;UNTIL=20270320T225959Z"))
    shared.phone.put(place, etag, event)
    shared.phone.add(rest, f"{path(shared.phone.calendar)}A-NEW-ONE.ics")
    changes = calendar.changes(token)
    (copy,) = changes.copies
    assert copy.uid == SUNDAYS.uid
    assert copy.timetable.recurrence == replace(SUNDAYS_AT_SEVEN, starts=datetime(2027, 3, 21, 20))
    ended = Rule.parse("FREQ=WEEKLY;UNTIL=20270320T225959Z")
    assert [one.timetable for one in changes.held] == [Timetable(replace(SUNDAYS_AT_SEVEN, rule=ended))]
    calendar.discard(copy)
    calendar.discard(copy)
    assert calendar.changes(changes.token).copies == ()
    assert calendar.changes(changes.token).deleted == frozenset()


def test_an_event_under_another_name_is_still_the_same(shared: Shared, calendar: CaldavCalendar) -> None:
    """As when a phone moves it into another calendar and back."""
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    _, _, event = shared.phone.event(SUNDAYS.uid)
    shared.phone.delete_series(SUNDAYS.uid)
    shared.phone.add(series(event), f"{path(shared.phone.calendar)}5F1B.ics")
    changes = calendar.changes(token)
    assert changes.deleted == frozenset()
    (held,) = changes.held
    assert held.name.endswith("/5F1B.ics")
    assert calendar.read(SUNDAYS.uid) == held
    etag = calendar.put(CHANGED, etag=held.etag)
    calendar.put(replace(CHANGED, sequence=9), etag=None)
    assert only(calendar).timetable == CHANGED.timetable
    assert etag != held.etag
    calendar.remove(SUNDAYS.uid)
    assert calendar.changes(None).held == ()


def test_other_events_in_the_calendar_are_none_of_our_business(shared: Shared, calendar: CaldavCalendar) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    shared.phone.add(meeting("theirs"), f"{path(shared.phone.calendar)}theirs.ics")
    assert calendar.changes(token).held == ()
    assert [one.uid for one in calendar.changes(None).held] == [SUNDAYS.uid]


def test_a_token_that_the_server_knows_no_longer_means_everything_anew(calendar: CaldavCalendar) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = Token.read(calendar.changes(None).token)
    assert token is not None
    changes = calendar.changes(str(replace(token, sync="http://example.org/ns/sync/long-ago")))
    assert changes.is_whole
    assert [one.uid for one in changes.held] == [SUNDAYS.uid]


def test_a_server_without_sync_collection_is_read_by_etags(shared: Shared, calendar: CaldavCalendar) -> None:
    token = Token.read(calendar.changes(None).token)
    assert token is not None
    assert bool(token.sync) is (shared.server.name != "modest")


def test_a_calendar_that_was_deleted_is_told_as_such(shared: Shared, calendar: CaldavCalendar) -> None:
    calendar.put(SUNDAYS, etag=None)
    token = calendar.changes(None).token
    shared.phone.send("DELETE", path(shared.phone.calendar))
    assert trouble_of(calendar) is Trouble.GONE
    for call in (
        lambda: calendar.changes(token),
        lambda: calendar.read(SUNDAYS.uid),
        lambda: calendar.put(SUNDAYS, etag=None),
        lambda: calendar.put(SUNDAYS, etag='"1"'),
        lambda: calendar.remove(SUNDAYS.uid),
    ):
        with pytest.raises(CalendarError) as caught:
            call()
        assert caught.value.trouble is Trouble.GONE


class TestBusy:
    """In the calendar itself and in the other one."""

    @pytest.fixture(params=["the calendar itself", "another"])
    def place(self, request: pytest.FixtureRequest, shared: Shared) -> str:
        return path(shared.phone.calendar if request.param == "the calendar itself" else shared.phone.personal)

    def test_a_meeting_that_repeats_is_counted_each_time(
        self, shared: Shared, calendar: CaldavCalendar, place: str
    ) -> None:
        calendar.put(CHANGED, etag=None)
        shared.phone.add(meeting("weekly", RRULE=vRecur.from_ical("FREQ=WEEKLY;COUNT=5")), f"{place}weekly.ics")
        week = timedelta(days=7)
        assert list(calendar.busy(*TWO_WEEKS)) == [
            Stretch(MEETING[0], MEETING[1]),
            Stretch(MEETING[0] + week, MEETING[1] + week),
        ]

    def test_what_is_shown_as_free_or_called_off_or_takes_the_day_is_not(
        self, shared: Shared, calendar: CaldavCalendar, place: str
    ) -> None:
        shared.phone.add(meeting("free", TRANSP="TRANSPARENT"), f"{place}free.ics")
        shared.phone.add(meeting("off", STATUS="CANCELLED"), f"{place}off.ics")
        day = {"DTSTART": date(2027, 3, 4), "DTEND": date(2027, 3, 5), "TRANSP": "TRANSPARENT"}
        shared.phone.add(meeting("holiday", **day), f"{place}day.ics")
        assert list(calendar.busy(*TWO_WEEKS)) == []


def test_our_event_is_not_counted_where_its_owner_put_it(shared: Shared, calendar: CaldavCalendar) -> None:
    calendar.put(SUNDAYS, etag=None)
    _, _, event = shared.phone.event(SUNDAYS.uid)
    copy = deepcopy(series(event))
    copy.pop("UID")
    copy.add("UID", "A-COPY")
    shared.phone.add(copy, f"{path(shared.phone.calendar)}copy.ics")
    assert list(calendar.busy(*TWO_WEEKS)) == []
