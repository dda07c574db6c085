"""Letters say how things stand when they go: nothing twice, nothing that is over, and no loose ends in a calendar."""

import email
import email.policy
import re
from datetime import timedelta

from sqlalchemy import select

from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.errand import State
from rituals.interfaces import MailError
from rituals.outbox import Letter, LetterKind
from rituals.recurrence import Recurrence, wall_clock
from rituals.rule import Rule
from rituals.version import Terms
from tests.service.workday import ANA, BEN, Pair, Workday

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONE = "Europe/Berlin"


def last_text(day: Workday, address: str) -> str:
    message = email.message_from_bytes(day.post.contents(address)[-1], policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def methods(day: Workday, address: str) -> list[str]:
    """What each mail with a calendar part asks of the calendar."""
    return re.findall(r'method="(\w+)"', b"".join(day.post.contents(address)).decode())


def change_to_another_hour(pair: Pair, plan_id: int) -> None:
    now = pair.day.clock.now
    starts = wall_clock(now + DAY, ZONE).replace(hour=21, minute=0)
    with pair.acting(ANA) as act:
        recurrence = Recurrence(starts, ZONE, 45 * MINUTE, Rule.parse("FREQ=DAILY"))
        pair.plan(act, plan_id).suggest(act, Terms.of(recurrence, "", now))
    with pair.acting(BEN) as act:
        pair.plan(act, plan_id).accept(act, 2)


def test_a_late_yes_names_the_first_date_that_is_still_to_come(day: Workday, pair: Pair) -> None:
    plan_id = pair.propose(day.clock.now + 2 * HOUR, rule="FREQ=DAILY")
    day.let_pass(DAY + 3 * HOUR)
    pair.accept(plan_id)
    day.work(6 * MINUTE)
    assert "the first on Wednesday 3 March" in last_text(day, ANA)


def test_a_yes_to_a_plan_that_rests_is_told(day: Workday, pair: Pair) -> None:
    plan_id = pair.agree(day.clock.now + 2 * DAY, rule="FREQ=DAILY")
    with pair.acting(BEN) as act:
        pair.plan(act, plan_id).pause(act)
    day.work(6 * MINUTE)
    change_to_another_hour(pair, plan_id)
    day.work(6 * MINUTE)
    assert "You both said yes: every day at 21:00" in last_text(day, ANA)
    assert "rests for now" in last_text(day, ANA)


def test_a_date_that_the_new_rule_does_not_hold_is_not_called_left_out(day: Workday, pair: Pair) -> None:
    plan_id = pair.agree(day.clock.now + 2 * DAY, rule="FREQ=DAILY")
    day.work(6 * MINUTE)
    with pair.acting(ANA) as act:
        occurrence = pair.next_one(act.session, plan_id)
        occurrence.move(act, wall_clock(occurrence.starts_at + HOUR, ZONE))
    change_to_another_hour(pair, plan_id)
    day.work(6 * MINUTE)
    assert "left no room for some dates" in last_text(day, BEN)
    assert "is left out." not in last_text(day, BEN)


def test_a_calendar_is_not_told_the_same_twice(day: Workday, pair: Pair) -> None:
    """A letter that failed says at its next try what the one written meanwhile was to say."""
    with pair.acting(ANA) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    plan_id = pair.agree(day.clock.now + 2 * DAY, rule="FREQ=DAILY")
    day.work(MINUTE)
    with pair.acting(BEN) as act:
        pair.next_one(act.session, plan_id).skip(act)
        waiting = select(Letter).where(Letter.kind == LetterKind.CALENDAR, Letter.state == State.PLANNED)
        letter = act.session.scalars(waiting).one()
        letter.state = State.HANDING
        pair.next_one(act.session, plan_id).restore(act)
        letter.state, letter.due_at, letter.try_at = State.PLANNED, act.now, act.now
    day.work(10 * MINUTE)
    assert methods(day, ANA) == ["REQUEST", "REQUEST"]


def test_an_invitation_that_may_have_arrived_is_called_off_with_its_plan(day: Workday, pair: Pair) -> None:
    with pair.acting(ANA) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    plan_id = pair.agree(day.clock.now + 2 * DAY, rule="FREQ=DAILY")
    day.post.troubles = [MailError("the connection was lost", uncertain=True) for _ in range(2)]
    day.work(4 * MINUTE)
    assert methods(day, ANA) == ["REQUEST", "REQUEST"]
    with pair.acting(BEN) as act:
        pair.plan(act, plan_id).end(act)
    day.work(4 * MINUTE)
    assert methods(day, ANA) == ["REQUEST", "REQUEST", "CANCEL"]
