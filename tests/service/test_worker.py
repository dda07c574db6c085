"""The worker, from the minute before a start until its window has closed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rituals.catalogue import Catalogue
from rituals.errand import State
from rituals.interfaces import MailError
from rituals.leaving import leave
from rituals.muting import stop_mails
from rituals.recurrence import wall_clock
from tests.service.workday import ANA, BEN, Pair, Workday

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
WINDOW = 15 * MINUTE


@pytest.fixture
def starts_at(day: Workday) -> datetime:
    return day.clock.now + 2 * HOUR


@pytest.fixture
def plan_id(pair: Pair, starts_at: datetime) -> int:
    """Every day from `starts_at` on, 45 minutes."""
    return pair.agree(starts_at, rule="FREQ=DAILY")


def prompts_of(day: Workday) -> dict[str, list[datetime]]:
    """When prompts went to whom; a prompt is what can be unsubscribed from."""
    moments: dict[str, list[datetime]] = {}
    for at, envelope in day.post.sent:
        if b"List-Unsubscribe" in envelope.content:
            moments.setdefault(envelope.recipient, []).append(at)
    return moments


def test_both_get_the_prompt_at_the_start(day: Workday, starts_at: datetime, plan_id: int) -> None:
    day.rest_until(starts_at - 2 * MINUTE)
    day.until(starts_at - SECOND)
    assert prompts_of(day) == {}
    day.until(starts_at + HOUR / 2)
    assert prompts_of(day) == {ANA: [starts_at], BEN: [starts_at]}


def test_both_get_the_same_words_which_were_drawn_a_minute_before(
    day: Workday, pair: Pair, starts_at: datetime, plan_id: int
) -> None:
    day.rest_until(starts_at - 2 * MINUTE)
    day.work()
    assert not pair.occurrence(plan_id).has_prompt
    day.until(starts_at - 59 * SECOND)
    question = (pair.occurrence(plan_id).prompt or {})["question"]
    day.until(starts_at)
    assert (pair.occurrence(plan_id).prompt or {})["question"] == question
    assert len(day.post.sent) >= 2


def only_prompts_are_left(day: Workday, starts_at: datetime) -> None:
    """The letters about the plan have gone; now it starts."""
    day.rest_until(starts_at - HOUR)
    day.work()
    day.rest_until(starts_at)


def skip(pair: Pair, plan_id: int) -> None:
    with pair.acting(ANA) as act:
        pair.plan(act, plan_id)
        pair.next_one(act.session, plan_id).skip(act)


def move(pair: Pair, plan_id: int) -> None:
    with pair.acting(ANA) as act:
        occurrence = pair.next_one(act.session, plan_id)
        occurrence.move(act, wall_clock(occurrence.starts_at + HOUR, "Europe/Berlin"))


def pause(pair: Pair, plan_id: int) -> None:
    with pair.acting(ANA) as act:
        pair.plan(act, plan_id).pause(act)


def end(pair: Pair, plan_id: int) -> None:
    with pair.acting(ANA) as act:
        pair.plan(act, plan_id).end(act)


def go(pair: Pair, plan_id: int) -> None:
    with pair.acting(ANA) as act:
        leave(act.session, act.by, act.now, events_stay=False)


def unsubscribe(pair: Pair, plan_id: int) -> None:
    with pair.acting(ANA) as act:
        stop_mails(act, pair.plan(act, plan_id))


@pytest.mark.parametrize("deed", [skip, pause, end, go])
def test_nothing_goes_for_what_was_called_off_a_second_before(
    day: Workday, pair: Pair, starts_at: datetime, plan_id: int, deed: Callable[[Pair, int], None]
) -> None:
    day.rest_until(starts_at - 2 * MINUTE)
    day.later(2 * MINUTE - SECOND, lambda: deed(pair, plan_id))
    day.until(starts_at + 20 * MINUTE)
    assert prompts_of(day) == {}


@pytest.mark.parametrize("deed", [skip, pause, end])
def test_the_prompt_of_what_was_called_off_goes_back_to_the_deck(
    day: Workday, pair: Pair, starts_at: datetime, plan_id: int, deed: Callable[[Pair, int], None]
) -> None:
    day.rest_until(starts_at - 30 * SECOND)
    day.work(SECOND)
    assert pair.occurrence(plan_id).has_prompt
    deed(pair, plan_id)
    assert not pair.occurrence(plan_id).has_prompt


def test_what_was_moved_a_second_before_goes_at_its_new_time_once(
    day: Workday, pair: Pair, starts_at: datetime, plan_id: int
) -> None:
    day.rest_until(starts_at - 2 * MINUTE)
    day.later(2 * MINUTE - SECOND, lambda: move(pair, plan_id))
    day.until(starts_at + 5 * MINUTE)
    day.rest_until(starts_at + HOUR - MINUTE)
    day.until(starts_at + HOUR + 20 * MINUTE)
    assert prompts_of(day) == {ANA: [starts_at + HOUR], BEN: [starts_at + HOUR]}


def test_who_unsubscribed_a_second_before_gets_none_and_the_other_does(
    day: Workday, pair: Pair, starts_at: datetime, plan_id: int
) -> None:
    day.rest_until(starts_at - 2 * MINUTE)
    day.later(2 * MINUTE - SECOND, lambda: unsubscribe(pair, plan_id))
    day.until(starts_at + MINUTE)
    assert prompts_of(day) == {BEN: [starts_at]}


def test_what_was_agreed_inside_the_last_minute_goes_on_time(day: Workday, pair: Pair, starts_at: datetime) -> None:
    plan_id = pair.propose(starts_at)
    day.rest_until(starts_at - MINUTE)
    day.later(40 * SECOND, lambda: pair.accept(plan_id))
    day.until(starts_at + MINUTE)
    assert prompts_of(day) == {ANA: [starts_at], BEN: [starts_at]}


def test_what_was_agreed_after_its_start_is_over_and_the_next_one_stands(
    day: Workday, pair: Pair, starts_at: datetime
) -> None:
    plan_id = pair.propose(starts_at, rule="FREQ=DAILY")
    day.rest_until(starts_at + SECOND)
    pair.accept(plan_id)
    day.until(starts_at + 20 * MINUTE)
    assert prompts_of(day) == {}
    day.rest_until(starts_at + DAY - SECOND)
    day.until(starts_at + DAY)
    assert prompts_of(day) == {ANA: [starts_at + DAY], BEN: [starts_at + DAY]}


def test_nothing_goes_for_a_ritual_that_has_left_the_catalogue(
    day: Workday, pair: Pair, starts_at: datetime, plan_id: int
) -> None:
    day.services = replace(day.services, catalogue=Catalogue(()))
    day.rest_until(starts_at - MINUTE)
    day.until(starts_at + MINUTE)
    assert prompts_of(day) == {}
    assert pair.states()[:2] == [State.WITHDRAWN] * 2


def test_a_worker_that_comes_inside_the_window_sends_it_once(day: Workday, starts_at: datetime, plan_id: int) -> None:
    day.rest_until(starts_at + 5 * MINUTE)
    day.work(SECOND)
    day.until(starts_at + 20 * MINUTE)
    assert {address: len(moments) for address, moments in prompts_of(day).items()} == {ANA: 1, BEN: 1}


@pytest.mark.parametrize(("minutes", "window"), [(45, WINDOW), (180, WINDOW), (10, 5 * MINUTE)])
def test_a_worker_that_comes_when_the_window_has_closed_sends_nothing(
    day: Workday, pair: Pair, starts_at: datetime, minutes: int, window: timedelta
) -> None:
    plan_id = pair.agree(starts_at, minutes=minutes)
    day.rest_until(starts_at + window)
    day.work(SECOND)
    assert prompts_of(day) == {}
    assert pair.states() == [State.EXPIRED] * 2
    assert not pair.occurrence(plan_id).has_prompt


def test_a_drawn_prompt_that_nobody_got_goes_back_to_the_deck(
    day: Workday, pair: Pair, starts_at: datetime, plan_id: int
) -> None:
    day.rest_until(starts_at - 30 * SECOND)
    day.work(SECOND)
    assert pair.occurrence(plan_id).has_prompt
    day.rest_until(starts_at + WINDOW)
    day.work(SECOND)
    assert not pair.occurrence(plan_id).has_prompt


def test_a_prompt_that_one_of_the_two_may_have_got_stays_drawn(day: Workday, pair: Pair, starts_at: datetime) -> None:
    plan_id = pair.agree(starts_at)
    only_prompts_are_left(day, starts_at)
    day.post.troubles += [MailError("DATA: 451"), MailError("after the body", uncertain=True)]
    day.work()
    day.rest_until(starts_at + WINDOW)
    day.work(SECOND)
    assert sorted(pair.states()) == [State.EXPIRED, State.UNKNOWN]
    assert pair.occurrence(plan_id).has_prompt


def test_a_mail_server_that_is_slow_to_accept_gets_ever_rarer_tries(
    day: Workday, pair: Pair, starts_at: datetime
) -> None:
    pair.agree(starts_at)
    only_prompts_are_left(day, starts_at)
    day.post.troubles += [MailError("MAIL: 451") for _ in range(200)]
    day.until(starts_at + WINDOW)
    assert 16 <= 200 - len(day.post.troubles) <= 40
    assert prompts_of(day) == {}
    assert pair.states() == [State.EXPIRED] * 2


def test_a_mail_server_that_accepts_just_before_the_window_closes_is_asked_then(
    day: Workday, pair: Pair, starts_at: datetime
) -> None:
    pair.agree(starts_at)
    only_prompts_are_left(day, starts_at)
    day.post.troubles += [MailError("MAIL: 451") for _ in range(200)]
    day.later(WINDOW - MINUTE, day.post.troubles.clear)
    day.until(starts_at + WINDOW)
    assert {address: len(moments) for address, moments in prompts_of(day).items()} == {ANA: 1, BEN: 1}
    assert pair.states() == [State.SENT] * 2
