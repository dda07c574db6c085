"""When a calendar lets nobody in, its owner alone is told: at once, after 3, 7 and 14 days, and no more."""

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.leaving import leave
from rituals.outbox import LetterKind
from tests.service.linked_pair import LinkedPair
from tests.service.workday import ANA, BEN, Pair, Workday

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SUNDAY = datetime(2027, 3, 7, 18, tzinfo=UTC)


@pytest.fixture
def both(day: Workday, pair: Pair) -> LinkedPair:
    both = LinkedPair.connect(day, pair)
    both.agree(SUNDAY)
    day.work(6 * MINUTE)
    return both


def lock(both: LinkedPair, trouble: Trouble = Trouble.RECONNECT) -> None:
    """From now on Ben's calendar fails like this."""
    both.calendar(BEN).before = lambda _call: CalendarError("It fails.", trouble)
    for _ in range(3):
        both.look()


def told(both: LinkedPair, address: str = BEN) -> int:
    both.day.work(2 * MINUTE)
    return both.letters(address, LetterKind.CALENDAR_TROUBLE)


def told_after(both: LinkedPair, days: float) -> int:
    both.day.rest_until(both.day.clock.now + days * DAY)
    return told(both)


def last_mail(both: LinkedPair) -> tuple[str, str]:
    message = email.message_from_bytes(both.day.post.contents(BEN)[-1], policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["Subject"]), " ".join(str(body.get_content()).split())


def test_its_owner_is_told_at_once_what_is_wrong_and_what_to_do(both: LinkedPair) -> None:
    lock(both)
    assert told(both) == 1
    subject, words = last_mail(both)
    assert subject == "Your calendar needs you for a moment"
    assert "It does not let us in any more. Connect it again; nothing will stand twice." in words
    assert "http://localhost:8000/calendars" in words
    assert "last mail" not in words


def test_the_other_is_told_nothing(both: LinkedPair) -> None:
    lock(both)
    told(both)
    assert told_after(both, 15) == 2
    assert both.letters(ANA, LetterKind.CALENDAR_TROUBLE) == 0


def test_it_is_told_four_times_and_no_more(both: LinkedPair) -> None:
    lock(both)
    counts = [told(both)]
    counts += [told_after(both, days) for days in (2.9, 0.2, 3.8, 0.2, 6.8, 0.2)]
    assert counts == [1, 1, 2, 2, 3, 3, 4]
    assert "This is the last mail about it." in last_mail(both)[1]
    assert told_after(both, 14) == 4


def test_it_stops_when_the_calendar_is_connected_again(both: LinkedPair) -> None:
    lock(both)
    assert told(both) == 1
    both.calendar(BEN).before = lambda _call: None
    both.link(BEN)
    both.keep_in_step()
    assert told_after(both, 15) == 1


def test_what_waits_to_be_told_is_not_told_when_it_is_over(both: LinkedPair) -> None:
    lock(both)
    sent = len(both.day.post.contents(BEN))
    both.calendar(BEN).before = lambda _call: None
    both.day.later(timedelta(), lambda: both.link(BEN))
    both.day.work(2 * MINUTE)
    assert "needs you" not in "".join(str(mail) for mail in both.day.post.contents(BEN)[sent:])


def test_a_new_trouble_is_told_anew(both: LinkedPair) -> None:
    lock(both)
    assert told(both) == 1
    both.calendar(BEN).before = lambda _call: None
    both.link(BEN)
    both.keep_in_step()
    lock(both, Trouble.GONE)
    assert told(both) == 2
    assert "The calendar is not there any more. Make it again" in last_mail(both)[1]


@pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.UNREACHABLE, Trouble.ODD])
def test_what_passes_by_itself_is_not_told(both: LinkedPair, trouble: Trouble) -> None:
    lock(both, trouble)
    assert told(both) == 0
    assert told_after(both, 8) == 0


def test_whoever_chose_another_way_is_left_in_peace(both: LinkedPair) -> None:
    lock(both)
    assert told(both) == 1
    with both.pair.acting(BEN) as act:
        choose_way(act.session, act.by, Way.NONE, act.now)
    assert told_after(both, 15) == 1


def test_whoever_left_is_left_in_peace(both: LinkedPair) -> None:
    lock(both)
    assert told(both) == 1
    with both.pair.acting(BEN) as act:
        leave(act.session, act.by, act.now, events_stay=True)
    assert told_after(both, 15) == 1


def test_after_a_long_rest_of_the_worker_one_mail_comes_and_not_all(both: LinkedPair) -> None:
    lock(both)
    assert told_after(both, 10) == 1
    assert told_after(both, 1) == 1
    assert told_after(both, 4) == 2
