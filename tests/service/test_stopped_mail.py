"""Whose mails have stopped gets none, and whoever is beside them gets theirs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.interfaces import MailError
from rituals.mail_report import Returned
from rituals.outbox import Draft, Letter
from rituals.returned_mail import start_mail, stop_mail, take_back
from rituals.signin import SignInLink
from service.bounces import hear
from tests import reports
from tests.service.workday import ANA, BEN, Pair, Workday

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
NOBODY_THERE = MailError("RCPT: 550 5.1.1", permanent=True, recipient_refused=True)


@pytest.fixture
def starts_at(day: Workday) -> datetime:
    return day.clock.now + 2 * HOUR


def stop(pair: Pair, returned: Returned = Returned.BOUNCE, *, address: str = ANA) -> None:
    with pair.acting(address) as act:
        stop_mail(act.session, act.by, returned, act.now, left_at=act.now)


def start(pair: Pair) -> None:
    with pair.acting(ANA) as act:
        start_mail(act.session, act.by, act.now)


def question_of(pair: Pair, address: str, number: int = 0) -> Delivery:
    theirs = select(Delivery).join(Partner).where(Partner.address == address).order_by(Delivery.due_at)
    with pair.day.services.database.reading() as session:
        return session.scalars(theirs.offset(number)).first() or Delivery()


def starting(day: Workday, moment: datetime) -> None:
    day.rest_until(moment - 2 * MINUTE)
    day.until(moment + SECOND)


@pytest.mark.parametrize("returned", Returned)
def test_their_question_is_kept_for_their_page_and_the_other_gets_theirs(
    day: Workday, pair: Pair, starts_at: datetime, returned: Returned
) -> None:
    pair.agree(starts_at)
    day.work(10 * MINUTE)
    stop(pair, returned)
    day.post.sent.clear()
    starting(day, starts_at)
    assert set(day.post.moments()) == {BEN}
    assert (question_of(pair, ANA).state, question_of(pair, BEN).state) == (State.FAILED, State.SENT)


def test_where_both_have_stopped_the_question_can_still_be_read(day: Workday, pair: Pair, starts_at: datetime) -> None:
    plan_id = pair.agree(starts_at)
    day.work(10 * MINUTE)
    for address in (ANA, BEN):
        stop(pair, address=address)
    day.post.sent.clear()
    starting(day, starts_at)
    assert day.post.sent == []
    assert pair.occurrence(plan_id).has_prompt


def test_one_that_was_composed_already_does_not_go(day: Workday, pair: Pair, starts_at: datetime) -> None:
    pair.agree(starts_at)
    day.rest_until(starts_at - MINUTE)
    day.until(starts_at - 10 * SECOND)
    day.post.sent.clear()
    stop(pair)
    with day.services.database.reading() as session:
        assert len(session.scalars(select(Draft.id)).all()) == 1
    day.until(starts_at + MINUTE)
    assert set(day.post.moments()) == {BEN}


def test_the_next_ones_go_when_they_say_so(day: Workday, pair: Pair, starts_at: datetime) -> None:
    pair.agree(starts_at, rule="FREQ=DAILY")
    day.work(10 * MINUTE)
    stop(pair)
    starting(day, starts_at)
    start(pair)
    day.post.sent.clear()
    starting(day, starts_at + DAY)
    assert set(day.post.moments()) == {ANA, BEN}


def test_a_refused_address_stops_until_they_say_so(day: Workday, pair: Pair, starts_at: datetime) -> None:
    pair.agree(starts_at, rule="FREQ=DAILY")
    day.rest_until(starts_at - 2 * MINUTE)
    day.until(starts_at - SECOND)
    day.post.troubles = [NOBODY_THERE]
    day.post.sent.clear()
    day.until(starts_at + MINUTE)
    (reached,) = day.post.moments()
    starting(day, starts_at + DAY)
    assert [len(at) for at in day.post.moments().values()] == [2]
    assert set(day.post.moments()) == {reached}


def test_a_refused_link_to_sign_in_stops_them_too(day: Workday, pair: Pair) -> None:
    with day.services.database.writing() as session:
        SignInLink.ask(session, ANA, day.clock())
    day.post.troubles = [NOBODY_THERE]
    day.work()
    with day.services.database.reading() as session:
        assert set(session.scalars(select(Partner.address).where(~Partner.taking_mail()))) == {ANA}


def test_what_bounced_after_it_was_accepted_is_shown_as_not_sent(day: Workday, pair: Pair, starts_at: datetime) -> None:
    pair.agree(starts_at)
    starting(day, starts_at)
    mail = question_of(pair, ANA)
    assert mail.state == State.SENT
    with day.services.database.writing() as session:
        assert take_back(session, session.get_one(Delivery, mail.id), Returned.BOUNCE, day.clock.now)
    assert (question_of(pair, ANA).state, question_of(pair, BEN).state) == (State.FAILED, State.SENT)


def test_each_mail_has_a_return_path_that_stops_its_reader(day: Workday, pair: Pair, starts_at: datetime) -> None:
    settings = replace(day.services.settings, bounce_to="bounces@side.example")
    day.services = replace(day.services, settings=settings)
    pair.agree(starts_at)
    starting(day, starts_at)
    senders = {envelope.sender: envelope for _, envelope in day.post.sent}
    assert len(senders) == len(day.post.sent) > 2
    for sender, envelope in senders.items():
        assert sender.startswith("bounces+")
        assert b"\r\nFrom: rituals@side.example\r\n" in b"\r\n" + envelope.content
        assert sender.encode() not in envelope.content
    hers = next(sender for sender, envelope in senders.items() if envelope.recipient == ANA)
    hear(day.services, reports.bounce(hers))
    with day.services.database.reading() as session:
        assert set(session.scalars(select(Partner.address).where(~Partner.taking_mail()))) == {ANA}


def test_no_news_and_no_calendar_mails_either(day: Workday, pair: Pair, starts_at: datetime) -> None:
    with pair.acting(ANA) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    stop(pair)
    plan_id = pair.agree(starts_at + DAY)
    with pair.acting(BEN) as act:
        pair.plan(act, plan_id).pause(act)
    day.work(10 * MINUTE)
    assert ANA not in day.post.moments()
    with day.services.database.reading() as session:
        assert set(session.scalars(select(Letter.state).join(Partner).where(Partner.address == ANA))) == {
            State.WITHDRAWN
        }


@pytest.mark.parametrize("returned", Returned)
def test_a_link_to_sign_in_still_reaches_them(day: Workday, pair: Pair, returned: Returned) -> None:
    stop(pair, returned)
    with day.services.database.writing() as session:
        SignInLink.ask(session, ANA, day.clock())
    day.work()
    assert set(day.post.moments()) == {ANA}


def test_their_calendar_is_brought_up_to_date_when_mails_go_again(
    day: Workday, pair: Pair, starts_at: datetime
) -> None:
    with pair.acting(ANA) as act:
        choose_way(act.session, act.by, Way.MAIL, act.now)
    stop(pair)
    pair.agree(starts_at + 7 * DAY)
    day.work(HOUR)
    day.rest_until(day.clock.now + DAY)
    start(pair)
    day.work(2 * HOUR)
    assert any(b"text/calendar" in content for content in day.post.contents(ANA))
