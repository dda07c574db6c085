"""Letters: each goes once, says how things stand when it goes, and not at all when nothing is left to say."""

import re
from base64 import b64decode
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from integrations.strongbox import Strongbox
from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.couple import Partner
from rituals.errand import State
from rituals.interfaces import MailError
from rituals.invitation import Invitation
from rituals.outbox import Letter, LetterKind
from rituals.recurrence import wall_clock
from rituals.signin import SignInLink
from tests.service.workday import ANA, BEN, Pair, Workday

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
CARL, DORA = "carl@example.org", "dora@example.org"


def ask_for_a_link(day: Workday, address: str) -> None:
    with day.services.database.writing() as session:
        SignInLink.ask(session, address, day.clock())


def states(day: Workday, kind: LetterKind) -> list[State]:
    with day.services.database.reading() as session:
        return list(session.scalars(select(Letter.state).where(Letter.kind == kind).order_by(Letter.id)))


def test_a_sign_in_link_goes_at_once(day: Workday) -> None:
    ask_for_a_link(day, CARL)
    asked_at = day.clock.now
    day.work()
    assert day.post.moments() == {CARL: [asked_at]}


def test_a_sign_in_link_that_has_expired_is_not_sent(day: Workday) -> None:
    ask_for_a_link(day, CARL)
    day.let_pass(10 * MINUTE)
    day.work()
    assert day.post.sent == []
    assert states(day, LetterKind.SIGN_IN) == [State.EXPIRED]


def test_of_two_links_asked_for_only_the_newer_is_sent(day: Workday) -> None:
    ask_for_a_link(day, CARL)
    ask_for_a_link(day, CARL)
    day.work()
    assert len(day.post.contents(CARL)) == 1
    assert states(day, LetterKind.SIGN_IN) == [State.WITHDRAWN, State.SENT]


def test_a_link_that_died_between_two_tries_is_not_sent(day: Workday) -> None:
    ask_for_a_link(day, CARL)
    day.post.troubles.append(MailError("RCPT: 450"))
    day.work()
    ask_for_a_link(day, CARL)
    day.work(2 * MINUTE)
    assert len(day.post.contents(CARL)) == 1
    assert states(day, LetterKind.SIGN_IN) == [State.WITHDRAWN, State.SENT]


def invite(pair: Pair) -> None:
    """Carl, who is alone, asks Dora."""
    day = pair.day
    with day.services.database.writing() as session:
        carl = Partner(address=CARL, name="Carl", zone="Europe/Berlin", joined_at=day.clock())
        session.add(carl)
        session.flush()
        Invitation.send(session, carl, DORA, day.clock())


def test_an_invitation_is_one_mail_and_no_reminder(day: Workday, pair: Pair) -> None:
    invite(pair)
    for _ in range(8):
        day.work(MINUTE)
        day.let_pass(DAY)
    assert len(day.post.contents(DORA)) == 1


def test_an_invitation_withdrawn_before_it_left_never_leaves(day: Workday, pair: Pair) -> None:
    invite(pair)
    day.post.troubles.append(MailError("RCPT: 450"))
    day.work()
    with day.services.database.writing() as session:
        session.scalars(select(Invitation)).one().withdraw(session, day.clock())
    day.work(HOUR)
    assert day.post.contents(DORA) == []


def test_what_happens_within_five_minutes_is_one_mail(day: Workday, pair: Pair) -> None:
    first = day.clock.now
    for hours in (3, 4, 5):
        pair.propose(first + hours * HOUR)
        day.work(MINUTE)
    day.work(10 * MINUTE)
    assert day.post.moments() == {BEN: [first + 5 * MINUTE]}


def test_news_that_come_after_a_failed_try_are_told_in_the_next(day: Workday, pair: Pair) -> None:
    pair.propose(day.clock.now + 3 * HOUR)
    day.post.troubles.append(MailError("MAIL: 451"))
    day.work(5 * MINUTE)
    pair.propose(day.clock.now + 27 * HOUR)
    day.work(10 * MINUTE)
    assert len(day.post.contents(BEN)) == 1
    assert day.post.contents(BEN)[0].count(b"Ana suggests:") >= 2


def test_calendar_mails_ask_change_and_cancel_with_rising_sequence(day: Workday, pair: Pair) -> None:
    with pair.acting(ANA) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    plan_id = pair.agree(day.clock.now + DAY, rule="FREQ=DAILY")
    day.work(6 * MINUTE)
    with pair.acting(BEN) as act:
        occurrence = pair.next_one(act.session, plan_id)
        occurrence.move(act, wall_clock(occurrence.starts_at + HOUR, "Europe/Berlin"))
    day.work(6 * MINUTE)
    with pair.acting(BEN) as act:
        pair.plan(act, plan_id).end(act)
    day.work(6 * MINUTE)
    calendars = calendar_mails(day, ANA)
    assert [method for method, _, _ in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    sequences = [sequence for _, sequence, _ in calendars]
    assert sequences == sorted(set(sequences))
    assert len({uid for _, _, uid in calendars}) == 1


def test_a_cancellation_that_failed_at_first_is_still_sent(day: Workday, pair: Pair) -> None:
    with pair.acting(ANA) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    plan_id = pair.agree(day.clock.now + DAY, rule="FREQ=DAILY")
    day.work(6 * MINUTE)
    with pair.acting(ANA) as act:
        pair.plan(act, plan_id).end(act)
    day.post.troubles.append(MailError("MAIL: 451"))
    day.work(6 * MINUTE)
    assert [method for method, _, _ in calendar_mails(day, ANA)] == ["REQUEST", "CANCEL"]


def calendar_mails(day: Workday, address: str) -> list[tuple[str, int, str]]:
    """Method, highest SEQUENCE and UID of each mail with a calendar part, in order."""
    found = []
    for content in day.post.contents(address):
        part = re.search(rb"text/calendar.*?\r\n\r\n(.*?)\r\n--", content, re.DOTALL)
        if part:
            text = b64decode(part[1]).decode()
            sequence = max(int(number) for number in re.findall(r"^SEQUENCE:(\d+)", text, re.MULTILINE))
            found.append((re.findall(r"^METHOD:(\w+)", text, re.MULTILINE)[0], sequence, uid_of(text)))
    return found


def uid_of(text: str) -> str:
    return str(re.findall(r"^UID:(\S+)", text, re.MULTILINE)[0])


def test_a_letter_that_cannot_be_written_holds_up_no_other(day: Workday) -> None:
    ask_for_a_link(day, CARL)
    with day.services.database.writing() as session:
        session.execute(update(SignInLink).values(address="not an address"))
    ask_for_a_link(day, DORA)
    day.work()
    assert day.post.moments() == {DORA: [day.clock.now]}
    assert states(day, LetterKind.SIGN_IN) == [State.PLANNED, State.SENT]


def test_a_prompt_that_cannot_be_written_holds_up_no_other(day: Workday, pair: Pair, starts_at: datetime) -> None:
    pair.agree(starts_at)
    with day.services.database.writing() as session:
        session.execute(update(Partner).where(Partner.address == ANA).values(address="not an address"))
    day.rest_until(starts_at - MINUTE)
    day.until(starts_at)
    assert day.post.moments()[BEN][-1] == starts_at
    day.until(starts_at + 20 * MINUTE)
    assert sorted(pair.states()) == [State.EXPIRED, State.SENT]


def test_drafts_whose_key_was_taken_away_are_composed_again(day: Workday, pair: Pair, starts_at: datetime) -> None:
    pair.agree(starts_at)
    day.rest_until(starts_at - 30 * SECOND)
    day.work(SECOND)
    other = Strongbox(("another-key-that-is-only-good-for-tests-9876543210",))
    day.services = replace(day.services, strongbox=other)
    day.until(starts_at + SECOND)
    assert pair.states() == [State.SENT] * 2


@pytest.fixture
def starts_at(day: Workday) -> datetime:
    return day.clock.now + 2 * HOUR
