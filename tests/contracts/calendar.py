"""What every way to write to a calendar must do; each adapter's tests, the fake's included, inherit this."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rituals.calendar_event import Event, Override
from rituals.interfaces import Calendar, EtagMismatchError
from rituals.recurrence import Recurrence
from rituals.rule import Rule

SUNDAYS = Event(
    uid="one@side-by-side",
    sequence=1,
    revised_at=datetime(2027, 3, 1, 9, tzinfo=UTC),
    recurrence=Recurrence(
        datetime(2027, 3, 7, 19), "Europe/Madrid", timedelta(minutes=45), Rule.parse("FREQ=WEEKLY;BYDAY=SU")
    ),
    summary="Weekly check-in",
    description="A talk.",
    url="https://rituals.example.org/plans/1",
)
MOVED = Override(datetime(2027, 3, 14, 19), datetime(2027, 3, 15, 20), 2, datetime(2027, 3, 2, 9, tzinfo=UTC))


class CalendarContract:
    """Give the fixture `calendar`: an empty calendar of ours."""

    def test_an_event_put_is_held(self, calendar: Calendar) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        (held,) = calendar.changes(None).held
        assert (held.uid, held.etag) == (SUNDAYS.uid, etag)
        assert held.recurrence == SUNDAYS.recurrence

    def test_the_same_put_again_makes_no_second_event(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        calendar.put(SUNDAYS, etag=None)
        assert len(calendar.changes(None).held) == 1

    def test_an_update_takes_the_place_of_what_was(self, calendar: Calendar) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        calendar.put(replace(SUNDAYS, sequence=2, overrides=(MOVED,)), etag=etag)
        (held,) = calendar.changes(None).held
        assert [(one.original_starts, one.starts) for one in held.overrides] == [(MOVED.original_starts, MOVED.starts)]

    def test_an_update_of_an_older_state_is_refused(self, calendar: Calendar) -> None:
        etag = calendar.put(SUNDAYS, etag=None)
        calendar.put(replace(SUNDAYS, sequence=2), etag=etag)
        with pytest.raises(EtagMismatchError):
            calendar.put(replace(SUNDAYS, sequence=3), etag=etag)

    def test_a_removed_event_is_gone_and_may_be_removed_again(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        calendar.remove(SUNDAYS.uid)
        calendar.remove(SUNDAYS.uid)
        assert calendar.changes(None).held == ()

    def test_changes_tell_only_what_came_after_the_token(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        token = calendar.changes(None).token
        assert calendar.changes(token).held == ()
        calendar.put(replace(SUNDAYS, uid="two@side-by-side"), etag=None)
        later = calendar.changes(token)
        assert [one.uid for one in later.held] == ["two@side-by-side"]
        assert not later.is_whole

    def test_changes_tell_what_was_deleted(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        token = calendar.changes(None).token
        calendar.remove(SUNDAYS.uid)
        assert calendar.changes(token).deleted == {SUNDAYS.uid}

    def test_a_token_nobody_knows_means_everything_anew(self, calendar: Calendar) -> None:
        calendar.put(SUNDAYS, etag=None)
        whole = calendar.changes("a token from long ago")
        assert whole.is_whole
        assert len(whole.held) == 1
