"""Two connected calendars stay in step with what is agreed, and with each other."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.errand import State
from rituals.news import Happening
from rituals.outbox import LetterKind
from rituals.refused import RefusedError
from rituals.suggestion import Suggestion
from rituals.timetable import Timetable
from rituals.version import PartStat, Terms
from tests.service.linked_pair import LinkedPair
from tests.service.workday import ANA, BEN, Pair, Workday

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUNDAY = datetime(2027, 3, 7, 18, tzinfo=UTC)
FIRST, SECOND, THIRD = (datetime(2027, 3, day, 19) for day in (7, 14, 21))
AT_EIGHT = datetime(2027, 3, 14, 20)


@pytest.fixture
def both(day: Workday, pair: Pair) -> LinkedPair:
    return LinkedPair.connect(day, pair)


def test_what_is_agreed_stands_in_both_calendars(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    agreed = both.plan(uid).recurrence
    assert both.shown(uid) == [Timetable(agreed), Timetable(agreed)]


def test_a_date_dragged_on_one_phone_moves_for_both_and_so_does_its_prompt(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(BEN).move_date(uid, SECOND, AT_EIGHT)
    both.look()
    assert both.dates(uid) == [{SECOND: AT_EIGHT}] * 2
    assert SUNDAY + 7 * DAY + HOUR in both.starts(uid)
    assert SUNDAY + 7 * DAY not in both.starts(uid)
    both.day.rest_until(SUNDAY + 7 * DAY - HOUR)
    both.day.work(3 * HOUR)
    moments = both.day.post.moments()[ANA]
    assert SUNDAY + 7 * DAY + HOUR in moments
    assert SUNDAY + 7 * DAY not in moments


def test_the_other_alone_is_told_of_it_and_once(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(BEN).move_date(uid, SECOND, AT_EIGHT)
    both.look()
    both.look()
    assert both.told(ANA).count(Happening.MOVED) == 1
    assert Happening.MOVED not in both.told(BEN)


def test_a_date_deleted_on_one_phone_is_left_out_for_both(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(ANA).delete_date(uid, SECOND)
    both.look()
    assert both.dates(uid) == [{SECOND: None}] * 2
    assert SUNDAY + 7 * DAY not in both.starts(uid)
    assert both.told(BEN).count(Happening.SKIPPED) == 1


def test_a_date_far_ahead_is_followed_too(both: LinkedPair) -> None:
    uid, far = both.agree(SUNDAY), datetime(2027, 9, 5, 19)
    both.phone(ANA).move_date(uid, far, far + HOUR)
    both.phone(ANA).delete_date(uid, far + 7 * DAY)
    both.look()
    assert both.dates(uid) == [{far: far + HOUR, far + 7 * DAY: None}] * 2


def test_what_was_moved_there_can_be_put_back_there(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(ANA).move_date(uid, SECOND, AT_EIGHT)
    both.phone(ANA).delete_date(uid, THIRD)
    both.look()
    both.phone(BEN).move_date(uid, SECOND, SECOND)
    both.phone(BEN).move_date(uid, THIRD, THIRD)
    both.look()
    assert both.dates(uid) == [{}, {}]


def test_a_time_that_is_taken_for_the_other_waits_for_their_yes(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(ANA).add_meeting(SUNDAY + 7 * DAY + HOUR, SUNDAY + 7 * DAY + 2 * HOUR)
    both.phone(BEN).move_date(uid, SECOND, AT_EIGHT)
    both.look()
    assert both.dates(uid) == [{}, {}], "the old time stands in both"
    assert both.told(ANA)[-1] == Happening.DATE_ASKED
    assert both.told(BEN)[-1] == Happening.DATE_WAITS
    both.look()
    (asked,) = both.suggestions()
    with both.pair.acting(ANA) as act:
        suggestion = Suggestion.of(act.session, act.by, asked.id, lock=True)
        assert suggestion is not None
        suggestion.accept(act)
    both.keep_in_step()
    assert both.dates(uid) == [{SECOND: AT_EIGHT}] * 2


def test_a_time_outside_of_ritual_hours_waits_as_well(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(BEN).move_date(uid, SECOND, SECOND + 4 * HOUR)
    both.look()
    assert both.dates(uid) == [{}, {}]
    assert [one.starts for one in both.suggestions()] == [SECOND + 4 * HOUR]


def test_a_moved_series_is_a_new_version_that_waits(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    agreed = both.plan(uid).recurrence
    assert agreed is not None
    both.phone(BEN).move_series(uid, replace(agreed, starts=FIRST + HOUR))
    both.look()
    both.look()
    plan = both.plan(uid)
    assert both.shown(uid) == [Timetable(agreed)] * 2, "what is agreed holds until the other's yes"
    waiting = plan.open_version
    assert waiting is not None
    assert (waiting.number, waiting.recurrence.starts, waiting.proposed_by.address) == (2, FIRST + HOUR, BEN)
    assert {one.partner_id: one.partstat for one in waiting.acceptances}[waiting.proposed_by_id] == PartStat.ACCEPTED
    assert both.told(BEN)[-1] == Happening.SERIES_WAITS
    both.day.let_pass(timedelta(minutes=1))
    with both.pair.acting(ANA) as act:
        Pair.plan(act, plan.id).accept(act, 2)
    both.keep_in_step()
    assert both.shown(uid) == [Timetable(waiting.recurrence)] * 2


def test_this_and_following_is_a_new_version_and_leaves_no_second_series(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    agreed = both.plan(uid).recurrence
    assert agreed is not None
    assert agreed.rule is not None
    ends = replace(agreed, rule=replace(agreed.rule, until=SUNDAY + 10 * DAY))
    both.phone(ANA).split(uid, ends, replace(agreed, starts=THIRD + HOUR))
    both.look()
    waiting = both.plan(uid).open_version
    assert waiting is not None
    assert waiting.recurrence.starts == THIRD + HOUR
    assert both.calendar(ANA).copies == {}
    assert both.shown(uid) == [Timetable(agreed)] * 2


def test_what_a_plan_cannot_say_is_put_back_and_its_owner_told(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    agreed = both.plan(uid).recurrence
    both.calendar(ANA).keep(uid, Timetable(None), "All day", written="Weekly check-in")
    both.look()
    assert both.shown(uid)[0] == Timetable(agreed)
    assert both.plan(uid).open_version is None
    assert both.told(ANA)[-1] == Happening.NOT_FOLLOWED


def test_a_series_deleted_by_its_owner_stays_deleted_there_and_stands_for_both(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(BEN).delete_series(uid)
    both.look()
    with both.pair.acting(ANA) as act:
        both.pair.next_one(act.session, both.plan(uid).id).skip(act)
    both.look()
    mine, theirs = both.shown(uid)
    assert theirs is None
    assert mine is not None
    assert mine.dates == {FIRST: None}
    assert both.told(BEN).count(Happening.TAKEN_OUT) == 1
    assert Happening.TAKEN_OUT not in both.told(ANA)


def test_a_series_taken_out_of_the_bin_follows_again(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    calendar = both.calendar(BEN)
    before = calendar.kept[uid]
    both.phone(BEN).delete_series(uid)
    both.look()
    calendar.keep(uid, before.timetable, before.title, written=before.written_title)
    with both.pair.acting(ANA) as act:
        both.occurrence_at(act, uid, SECOND).skip(act)
    both.look()
    assert both.dates(uid) == [{SECOND: None}] * 2


def test_a_listing_cut_short_deletes_nothing(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    calendar = both.calendar(BEN)
    calendar.deleted[uid] = calendar.writes = calendar.writes + 1
    both.look()
    with both.pair.acting(ANA) as act:
        both.pair.next_one(act.session, both.plan(uid).id).skip(act)
    both.look()
    assert both.dates(uid) == [{FIRST: None}] * 2
    assert Happening.TAKEN_OUT not in both.told(BEN)


def test_our_own_writing_comes_back_as_nothing(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(BEN).move_date(uid, SECOND, AT_EIGHT)
    both.look()
    written = both.calendar(ANA).writes, both.calendar(BEN).writes
    both.look()
    both.look()
    assert (both.calendar(ANA).writes, both.calendar(BEN).writes) == written
    assert len(both.plan(uid).versions) == 1


def test_a_date_that_is_over_stays_where_its_owner_put_it(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.day.rest_until(SUNDAY + DAY)
    both.phone(ANA).move_date(uid, FIRST, FIRST + 2 * HOUR)
    both.phone(ANA).move_date(uid, SECOND, AT_EIGHT)
    both.look()
    assert both.dates(uid) == [{FIRST: FIRST + 2 * HOUR, SECOND: AT_EIGHT}, {SECOND: AT_EIGHT}]


def test_a_plan_that_rests_leaves_both_calendars_and_comes_back(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    plan_id = both.plan(uid).id
    with both.pair.acting(BEN) as act:
        Pair.plan(act, plan_id).pause(act)
    both.keep_in_step()
    assert both.shown(uid) == [None, None]
    with both.pair.acting(ANA) as act:
        Pair.plan(act, plan_id).resume(act)
    both.keep_in_step()
    assert None not in both.shown(uid)
    assert Happening.TAKEN_OUT not in both.told(ANA) + both.told(BEN)


def lost(call: str, times: int = 1) -> object:
    """The answer to the next calls of this name is lost, though they were done."""
    left = [times]

    def after(done: str) -> CalendarError | None:
        if done == call and left[0]:
            left[0] -= 1
            return CalendarError("The answer was lost.", Trouble.UNREACHABLE)
        return None

    return after


def test_an_answer_that_was_lost_doubles_nothing_and_is_no_wish_of_its_owner(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.phone(ANA).move_date(uid, SECOND, AT_EIGHT)
    both.calendar(BEN).after = lost("put")  # type: ignore[assignment]
    both.look()
    with both.pair.acting(ANA) as act:  # before anybody has looked again, it moves back
        both.occurrence_at(act, uid, SECOND).move(act, SECOND)
    both.look()
    both.day.let_pass(HOUR)
    both.look()
    assert both.dates(uid) == [{}, {}]
    assert len(both.calendar(BEN).kept) == 1


def test_what_the_phone_changes_while_we_write_is_merged(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    calendar = both.calendar(BEN)

    def meanwhile(call: str) -> None:
        if call == "put":
            calendar.before = lambda _call: None
            both.phone(BEN).delete_date(uid, THIRD)

    calendar.before = meanwhile
    both.phone(ANA).move_date(uid, SECOND, AT_EIGHT)
    both.look()
    both.look()
    assert both.dates(uid) == [{SECOND: AT_EIGHT, THIRD: None}] * 2


def test_access_that_was_taken_back_is_not_asked_again_and_mail_goes_on(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    calendar = both.calendar(BEN)
    calendar.before = lambda _call: CalendarError("invalid_grant", Trouble.RECONNECT)
    both.look()
    calls = len(calendar.calls)
    for _ in range(3):
        both.day.let_pass(HOUR)
        with both.pair.acting(ANA) as act:
            both.occurrence_at(act, uid, SECOND).skip(act)
            both.occurrence_at(act, uid, SECOND).restore(act)
        both.look()
    assert len(calendar.calls) == calls
    assert both.linked(BEN).trouble == Trouble.RECONNECT
    both.day.rest_until(SUNDAY - timedelta(minutes=2))
    both.day.work(timedelta(minutes=3))
    assert both.pair.states()[:2] == [State.SENT, State.SENT]


def test_connecting_again_goes_on_where_it_was_and_what_was_moved_meanwhile_counts(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    calendar = both.calendar(BEN)
    calendar.before = lambda _call: CalendarError("invalid_grant", Trouble.RECONNECT)
    both.look()
    with both.pair.acting(ANA) as act:
        both.occurrence_at(act, uid, THIRD).skip(act)
    both.phone(BEN).move_date(uid, SECOND, AT_EIGHT)
    calendar.before = lambda _call: None
    both.link(BEN)
    both.keep_in_step()
    assert both.dates(uid) == [{SECOND: AT_EIGHT, THIRD: None}] * 2
    assert both.linked(BEN).trouble is None
    assert len(calendar.kept) == 1


def test_while_a_calendar_lets_nobody_in_what_changes_comes_by_mail(both: LinkedPair) -> None:
    standing = both.agree(SUNDAY)
    calendar = both.calendar(BEN)
    calendar.before = lambda _call: CalendarError("invalid_grant", Trouble.RECONNECT)
    fresh = both.agree(SUNDAY + DAY, rule="FREQ=WEEKLY;BYDAY=MO")
    assert both.letters(BEN, LetterKind.CALENDAR) == 1, "only what the calendar was not told"
    with both.pair.acting(ANA) as act:
        both.occurrence_at(act, standing, SECOND).skip(act)
    assert both.letters(BEN, LetterKind.CALENDAR) == 2
    assert both.letters(ANA, LetterKind.CALENDAR) == 0
    both.day.work(timedelta(minutes=6))
    calendar.before = lambda _call: None
    both.link(BEN)
    both.keep_in_step()
    assert both.dates(standing) == [{SECOND: None}] * 2
    assert both.dates(fresh) == [{}, {}]
    both.day.work(timedelta(minutes=6))
    methods = [ics_method(mail) for mail in both.day.post.contents(BEN)]
    assert [method for method in methods if method] == ["REQUEST", "REQUEST", "CANCEL", "CANCEL"]


def ics_method(mail: bytes) -> str:
    """How a mail speaks to a calendar, if it does."""
    found = re.search(rb'text/calendar;[^\n]*\n?[^\n]*method="?(\w+)', mail)
    return found[1].decode() if found else ""


def test_a_calendar_that_both_share_is_connected_by_one_of_them(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    with pytest.raises(RefusedError):
        both.link(ANA, "ben's")
    both.look()
    assert None not in both.shown(uid), "what was connected before goes on"


def test_another_way_begins_when_the_calendar_before_it_is_cleared(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    with both.pair.acting(BEN) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    assert both.calendar(BEN).kept
    assert both.letters(BEN, LetterKind.CALENDAR) == 0
    both.keep_in_step()
    assert both.shown(uid)[1] is None
    assert both.provider.withdrawn == [("ben's", True)]
    assert both.letters(BEN, LetterKind.CALENDAR) == 1


def test_who_lets_us_in_anew_before_the_last_farewell_is_not_shut_out_by_it(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.provider.add("another of ben's")
    both.link(BEN, "another of ben's")
    both.keep_in_step()
    assert both.provider.withdrawn == [("ben's", True)]
    assert both.provider.given_back == [], "Google would take the new access away as well"
    assert list(both.provider.calendars["another of ben's"].kept) == [uid]


def test_a_calendar_that_cannot_be_cleared_holds_nothing_up_for_good(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    both.calendar(BEN).before = lambda _call: CalendarError("invalid_grant", Trouble.RECONNECT)
    with both.pair.acting(BEN) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    both.keep_in_step()
    assert both.letters(BEN, LetterKind.CALENDAR) == 1


def test_a_weakness_of_the_provider_is_waited_out(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    calendar = both.calendar(BEN)
    calendar.before = lambda _call: CalendarError("503", Trouble.BUSY, retry_after=timedelta(minutes=7))
    both.phone(ANA).delete_date(uid, SECOND)
    both.look()
    due = both.linked(BEN).look_at
    assert due is not None
    assert due >= both.day.clock() + timedelta(minutes=7)
    assert both.linked(BEN).trouble is None, "once is nothing to speak of"
    calendar.before = lambda _call: None
    both.day.let_pass(timedelta(minutes=8))
    both.keep_in_step()
    assert both.dates(uid) == [{SECOND: None}] * 2


def pause_and_resume(both: LinkedPair, uid: str) -> None:
    """With a turn of every calendar in between."""
    plan_id = both.plan(uid).id
    with both.pair.acting(BEN) as act:
        Pair.plan(act, plan_id).pause(act)
    both.look()
    with both.pair.acting(ANA) as act:
        Pair.plan(act, plan_id).resume(act)
    both.day.let_pass(HOUR)
    both.look()


def test_what_we_took_away_ourselves_was_deleted_by_nobody(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.calendar(BEN).after = lost("remove")  # type: ignore[assignment]
    pause_and_resume(both, uid)
    assert None not in both.shown(uid)
    assert Happening.TAKEN_OUT not in both.told(BEN)


def test_what_never_arrived_was_deleted_by_nobody(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    calls = iter([None, None, None, CalendarError("No answer.", Trouble.UNREACHABLE)])
    both.calendar(BEN).before = lambda _call: next(calls, None)
    pause_and_resume(both, uid)
    both.provider.calendars["ben's"].writes = 0  # and every token is too old
    both.day.let_pass(HOUR)
    both.look()
    assert None not in both.shown(uid)
    assert Happening.TAKEN_OUT not in both.told(BEN)


def test_a_write_that_arrives_when_nobody_waits_for_it_any_more_is_no_wish(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    with both.pair.acting(BEN) as act:
        both.occurrence_at(act, uid, SECOND).move(act, AT_EIGHT)
    agreed, calendar = both.shown(uid)[0], both.calendar(ANA)
    assert agreed is not None
    calendar.before = lambda call: CalendarError("No answer.", Trouble.UNREACHABLE) if call == "put" else None
    both.look()
    with both.pair.acting(BEN) as act:
        both.occurrence_at(act, uid, SECOND).skip(act)

    def arrives(call: str) -> None:
        if call == "put":
            calendar.before = lambda _call: None
            calendar.keep(uid, Timetable(agreed.recurrence, {SECOND: AT_EIGHT}), "A talk", written="A talk")

    calendar.before = arrives
    both.day.let_pass(HOUR)
    both.look()
    assert both.dates(uid) == [{SECOND: None}] * 2


def test_a_date_that_was_changed_together_with_its_series_counts(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    agreed = both.plan(uid).recurrence
    assert agreed is not None
    both.phone(BEN).delete_date(uid, SECOND)
    both.phone(BEN).move_series(uid, replace(agreed, starts=FIRST + HOUR))
    both.look()
    assert both.plan(uid).open_version is not None
    assert both.dates(uid) == [{SECOND: None}] * 2


def test_a_date_far_ahead_can_be_changed_as_often_as_any(both: LinkedPair) -> None:
    uid, far = both.agree(SUNDAY), datetime(2027, 9, 5, 19)
    for starts in (None, far, far + HOUR, far, None):
        if starts is None:
            both.phone(ANA).delete_date(uid, far)
        else:
            both.phone(ANA).move_date(uid, far, starts)
        both.look()
        assert both.dates(uid) == [{far: starts} if starts != far else {}] * 2


def test_a_question_about_a_date_far_ahead_waits_whatever_else_is_changed(both: LinkedPair) -> None:
    uid, far = both.agree(SUNDAY), datetime(2027, 9, 5, 19)
    both.phone(BEN).move_date(uid, far, far + 4 * HOUR)
    both.look()
    with both.pair.acting(ANA) as act:
        both.occurrence_at(act, uid, SECOND).skip(act)
    with both.pair.acting(ANA) as act:
        (asked,) = Suggestion.waiting(act.session, act.couple, act.now)
        suggestion = Suggestion.of(act.session, act.by, asked.id, lock=True)
        assert suggestion is not None
        suggestion.accept(act)
    both.look()
    assert both.dates(uid) == [{SECOND: None, far: far + 4 * HOUR}] * 2


def test_a_date_that_is_over_does_not_come_again(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.day.rest_until(SUNDAY + DAY)
    both.phone(ANA).move_date(uid, FIRST, FIRST + 3 * DAY)
    both.look()
    assert both.dates(uid) == [{}, {}]
    assert both.told(ANA)[-1] == Happening.NOT_FOLLOWED


def test_a_ritual_that_happens_once_is_moved_like_a_date(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY, rule="")
    once = both.plan(uid).recurrence
    assert once is not None
    for starts in (FIRST + HOUR, FIRST + 2 * HOUR, FIRST):
        both.phone(BEN).move_series(uid, replace(once, starts=starts))
        both.look()
        assert both.starts(uid) == [SUNDAY + (starts - FIRST)]
        assert both.plan(uid).open_version is None
    writes = both.calendar(BEN).writes
    both.look()
    assert both.calendar(BEN).writes == writes


def test_a_ritual_that_happens_once_is_left_out_where_it_is_deleted(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY, rule="")
    both.phone(BEN).delete_series(uid)
    both.look()
    assert both.shown(uid) == [None, None]
    assert both.told(ANA)[-1] == Happening.SKIPPED
    with both.pair.acting(ANA) as act:
        both.occurrence_at(act, uid, FIRST).restore(act)
    both.look()
    assert None not in both.shown(uid)


def test_one_split_is_one_new_version_even_where_the_listing_is_cut_short(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    agreed, calendar = both.plan(uid).recurrence, both.calendar(BEN)
    assert agreed is not None
    assert agreed.rule is not None
    ends = replace(agreed, rule=replace(agreed.rule, until=SUNDAY + 10 * DAY))
    both.phone(BEN).split(uid, ends, replace(agreed, starts=THIRD + HOUR))
    calendar.kept[uid].write = 0  # so that the difference does not list it
    both.look()
    assert len(both.plan(uid).versions) == 2
    assert calendar.copies == {}


def test_a_series_deleted_while_it_became_a_single_date_leaves_nothing_out(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    once, plan_id = both.plan(uid).recurrence, both.plan(uid).id
    assert once is not None
    with both.pair.acting(ANA) as act:
        Pair.plan(act, plan_id).suggest(act, Terms.of(replace(once, rule=None), "", act.now))
    with both.pair.acting(BEN) as act:
        Pair.plan(act, plan_id).accept(act, 2)
    both.phone(BEN).delete_series(uid)
    both.look()
    mine, theirs = both.shown(uid)
    assert mine == Timetable(replace(once, rule=None))
    assert theirs is None
