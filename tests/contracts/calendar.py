"""What every way to write to a calendar must do; each adapter's tests, the fake's included, inherit this."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from rituals.calendar_event import Event, Override
from rituals.calendar_interfaces import Calendar, EtagMismatchError, Held
from rituals.recurrence import Recurrence
from rituals.rule import Rule
from rituals.stretch import Stretch
from rituals.timetable import Timetable, edits

MADRID = "Europe/Madrid"
SUNDAYS_AT_SEVEN = Recurrence(
    datetime(2027, 3, 7, 19), MADRID, timedelta(minutes=45), Rule.parse("FREQ=WEEKLY;BYDAY=SU")
)
REVISED = datetime(2027, 3, 1, 9, tzinfo=UTC)
SUNDAYS = Event(
    uid="2c2f1d2e-7c7f-4c51-9e1e-000000000001@side-by-side",
    sequence=2,
    revised_at=REVISED,
    recurrence=SUNDAYS_AT_SEVEN,
    summary="Weekly check-in",
    description="A talk.\n\nhttps://rituals.example.org/plans/1",
    url="https://rituals.example.org/plans/1",
)
SECOND, THIRD, FOURTH = (datetime(2027, 3, day, 19) for day in (14, 21, 28))
MOVED = Override(SECOND, datetime(2027, 3, 15, 20), 4, REVISED)
LEFT_OUT = Override(THIRD, None, 4, REVISED)
CHANGED = replace(SUNDAYS, sequence=4, overrides=(MOVED, LEFT_OUT))
RECURRENCES = {
    "once": Recurrence(datetime(2027, 5, 1, 15), MADRID, timedelta(hours=3), None),
    "weekdays": Recurrence(
        datetime(2027, 3, 1, 7, 30),
        "Europe/Berlin",
        timedelta(minutes=20),
        Rule.parse("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ),
    "every second week": Recurrence(
        datetime(2027, 3, 7, 19),
        "America/New_York",
        timedelta(minutes=45),
        Rule.parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
    ),
    "first Saturdays": Recurrence(
        datetime(2027, 4, 3, 15), MADRID, timedelta(hours=3), Rule.parse("FREQ=MONTHLY;BYDAY=1SA")
    ),
    "a count": Recurrence(datetime(2027, 3, 7, 19), MADRID, timedelta(hours=1), Rule.parse("FREQ=DAILY;COUNT=5")),
    "an end": Recurrence(
        datetime(2027, 3, 7, 19), MADRID, timedelta(hours=1), Rule.parse("FREQ=DAILY;UNTIL=20270401T170000Z")
    ),
    "in a gap of the clocks": Recurrence(
        datetime(2027, 3, 27, 2, 30), "Europe/Berlin", timedelta(minutes=30), Rule.parse("FREQ=DAILY")
    ),
    "at UTC": Recurrence(datetime(2027, 3, 7, 19), "UTC", timedelta(minutes=45), Rule.parse("FREQ=WEEKLY;BYDAY=SU")),
}


class Phone(Protocol):
    """What the calendar's owner does in the app where they see it, as that app would do it."""

    def move_date(self, uid: str, original_starts: datetime, starts: datetime) -> None: ...
    def delete_date(self, uid: str, original_starts: datetime) -> None: ...
    def move_series(self, uid: str, recurrence: Recurrence) -> None: ...
    def delete_series(self, uid: str) -> None: ...
    def retitle(self, uid: str, title: str) -> None: ...
    def title(self, uid: str) -> str: ...
    def add_meeting(self, starts_at: datetime, ends_at: datetime) -> None:
        """Something of their own, which is none of our business but its times."""
        ...


def only(calendar: Calendar) -> Held:
    (held,) = calendar.changes(None).held
    return held


class CalendarContract:
    """Give the fixtures `calendar`, an empty calendar of ours, and `phone`, which shows it to its owner."""

    def test_an_event_put_is_held(self, calendar: Calendar) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        held = only(calendar)
        assert (held.uid, held.etag) == (SUNDAYS.uid, etag)
        assert held.timetable == SUNDAYS.timetable
        assert calendar.read(SUNDAYS.uid) == held

    def test_what_was_never_put_is_not_there(self, calendar: Calendar) -> None:
        assert calendar.read(SUNDAYS.uid) is None
        assert calendar.changes(None).held == ()

    @pytest.mark.parametrize("recurrence", RECURRENCES.values(), ids=RECURRENCES.keys())
    def test_every_rhythm_is_read_back_as_it_was_put(self, calendar: Calendar, recurrence: Recurrence) -> None:
        calendar.put(replace(SUNDAYS, recurrence=recurrence), etag=None)
        assert only(calendar).timetable == Timetable(recurrence)

    def test_the_same_put_again_makes_no_second_event(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        calendar.put(SUNDAYS, etag=None)
        assert only(calendar).timetable == SUNDAYS.timetable

    def test_single_dates_that_differ_are_held(self, calendar: Calendar) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        etag = calendar.put(CHANGED, etag=etag)
        held = only(calendar)
        assert held.etag == etag
        assert held.timetable.dates == {MOVED.original_starts: MOVED.starts, LEFT_OUT.original_starts: None}

    def test_single_dates_can_go_back_to_the_rule(self, calendar: Calendar) -> None:
        etag = calendar.put(CHANGED, etag=None)
        calendar.put(replace(SUNDAYS, sequence=6), etag=etag)
        assert only(calendar).timetable == SUNDAYS.timetable

    def test_a_date_moved_before_can_be_left_out_and_one_left_out_be_moved(self, calendar: Calendar) -> None:
        etag = calendar.put(CHANGED, etag=None)
        turned = replace(CHANGED, sequence=6, overrides=(replace(MOVED, starts=None), replace(LEFT_OUT, starts=FOURTH)))
        calendar.put(turned, etag=etag)
        assert only(calendar).timetable.dates == {MOVED.original_starts: None, LEFT_OUT.original_starts: FOURTH}

    def test_what_happens_once_can_be_moved_by_us_and_on_the_phone(self, calendar: Calendar, phone: Phone) -> None:
        once = RECURRENCES["once"]
        moved = Override(once.starts, datetime(2027, 5, 2, 16), 4, REVISED)
        event = replace(SUNDAYS, recurrence=once, overrides=(moved,))
        calendar.put(event, etag=None)
        assert not edits(only(calendar).timetable, event.timetable)
        phone.move_series(SUNDAYS.uid, replace(once, starts=datetime(2027, 5, 3, 17)))
        assert edits(only(calendar).timetable, event.timetable).dates == {once.starts: datetime(2027, 5, 3, 17)}

    def test_a_changed_rule_takes_the_place_of_the_one_before(self, calendar: Calendar) -> None:
        etag = calendar.put(CHANGED, etag=None)
        mondays = replace(SUNDAYS_AT_SEVEN, starts=datetime(2027, 3, 8, 20), rule=Rule.parse("FREQ=WEEKLY;BYDAY=MO"))
        calendar.put(replace(SUNDAYS, sequence=6, recurrence=mondays), etag=etag)
        assert only(calendar).timetable == Timetable(mondays)

    def test_an_update_of_an_older_state_is_refused(self, calendar: Calendar) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        calendar.put(CHANGED, etag=etag)
        with pytest.raises(EtagMismatchError):
            calendar.put(replace(SUNDAYS, sequence=6), etag=etag)

    def test_a_removed_event_is_gone_and_may_be_removed_again(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        calendar.remove(SUNDAYS.uid)
        calendar.remove(SUNDAYS.uid)
        assert calendar.changes(None).held == ()
        assert calendar.read(SUNDAYS.uid) is None

    def test_a_removed_event_can_come_back(self, calendar: Calendar) -> None:
        calendar.put(CHANGED, etag=None)
        calendar.remove(SUNDAYS.uid)
        calendar.put(replace(SUNDAYS, sequence=6), etag=None)
        assert only(calendar).timetable == SUNDAYS.timetable

    def test_changes_tell_only_what_came_after_the_token(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        token = calendar.changes(None).token
        assert calendar.changes(token).held == ()
        other = replace(SUNDAYS, uid="2c2f1d2e-7c7f-4c51-9e1e-000000000002@side-by-side")
        calendar.put(other, etag=None)
        later = calendar.changes(token)
        assert [one.uid for one in later.held] == [other.uid]
        assert not later.is_whole

    def test_a_token_nobody_knows_means_everything_anew(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        whole = calendar.changes("https://example.org/a-token-from-long-ago")
        assert whole.is_whole
        assert [one.uid for one in whole.held] == [SUNDAYS.uid]

    def test_a_date_moved_on_the_phone_comes_back(self, calendar: Calendar, phone: Phone) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        token = calendar.changes(None).token
        phone.move_date(SUNDAYS.uid, SECOND, datetime(2027, 3, 14, 20))
        (held,) = calendar.changes(token).held
        assert held.timetable == Timetable(SUNDAYS_AT_SEVEN, {SECOND: datetime(2027, 3, 14, 20)})
        assert held.etag != etag

    def test_a_date_moved_twice_and_back_is_none_that_differs(self, calendar: Calendar, phone: Phone) -> None:
        calendar.put(SUNDAYS, etag=None)
        phone.move_date(SUNDAYS.uid, SECOND, datetime(2027, 3, 14, 20))
        phone.move_date(SUNDAYS.uid, SECOND, SECOND)
        assert only(calendar).timetable == SUNDAYS.timetable

    def test_a_date_deleted_on_the_phone_comes_back(self, calendar: Calendar, phone: Phone) -> None:
        calendar.put(CHANGED, etag=None)
        token = calendar.changes(None).token
        phone.delete_date(SUNDAYS.uid, FOURTH)
        (held,) = calendar.changes(token).held
        assert held.timetable.dates == {SECOND: MOVED.starts, THIRD: None, FOURTH: None}

    def test_a_series_moved_on_the_phone_comes_back(self, calendar: Calendar, phone: Phone) -> None:
        calendar.put(SUNDAYS, etag=None)
        token = calendar.changes(None).token
        at_eight = replace(SUNDAYS_AT_SEVEN, starts=datetime(2027, 3, 7, 20), duration=timedelta(minutes=60))
        phone.move_series(SUNDAYS.uid, at_eight)
        (held,) = calendar.changes(token).held
        assert held.timetable.recurrence == at_eight

    def test_a_series_deleted_on_the_phone_is_told(self, calendar: Calendar, phone: Phone) -> None:
        calendar.put(SUNDAYS, etag=None)
        token = calendar.changes(None).token
        phone.delete_series(SUNDAYS.uid)
        assert calendar.changes(token).deleted == {SUNDAYS.uid}
        assert calendar.read(SUNDAYS.uid) is None
        with pytest.raises(EtagMismatchError):
            calendar.put(CHANGED, etag="an etag of what is gone")

    def test_what_the_phone_has_changed_is_not_overwritten_unseen(self, calendar: Calendar, phone: Phone) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        phone.move_date(SUNDAYS.uid, SECOND, datetime(2027, 3, 14, 20))
        with pytest.raises(EtagMismatchError):
            calendar.put(CHANGED, etag=etag)
        seen = calendar.read(SUNDAYS.uid)
        assert seen is not None
        calendar.put(CHANGED, etag=seen.etag)
        assert only(calendar).timetable.dates == CHANGED.timetable.dates

    def test_a_title_that_its_owner_chose_stays(self, calendar: Calendar, phone: Phone) -> None:
        calendar.put(SUNDAYS, etag=None)
        phone.retitle(SUNDAYS.uid, "Our Sunday")
        seen = calendar.read(SUNDAYS.uid)
        assert seen is not None
        etag = calendar.put(replace(CHANGED, summary="Coffee"), etag=seen.etag)
        assert phone.title(SUNDAYS.uid) == "Our Sunday"
        calendar.put(replace(CHANGED, sequence=6, summary="Check-in"), etag=etag)
        assert phone.title(SUNDAYS.uid) == "Our Sunday"

    def test_a_title_of_ours_follows(self, calendar: Calendar, phone: Phone) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        calendar.put(replace(CHANGED, summary="Coffee"), etag=etag)
        assert phone.title(SUNDAYS.uid) == "Coffee"

    def test_time_taken_elsewhere_is_known_and_ours_is_not_counted(self, calendar: Calendar, phone: Phone) -> None:
        calendar.put(SUNDAYS, etag=None)
        dentist = Stretch(datetime(2027, 3, 8, 9, tzinfo=UTC), datetime(2027, 3, 8, 10, tzinfo=UTC))
        phone.add_meeting(dentist.starts_at, dentist.ends_at)
        assert list(calendar.busy(REVISED, REVISED + timedelta(days=14))) == [dentist]
        assert list(calendar.busy(dentist.ends_at, REVISED + timedelta(days=14))) == []
