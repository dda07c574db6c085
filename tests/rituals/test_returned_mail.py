"""What it causes that a mail came back: for its reader alone, and until they say otherwise."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rituals.calendar_letters import record_told, repair
from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.invitation import Invitation, Refusal
from rituals.mail_report import Returned
from rituals.outbox import Letter, LetterKind
from rituals.placement import Placement
from rituals.returned_mail import start_mail, take_back
from rituals.signin import SignInLink, welcome
from tests.rituals.households import Household, terms

BOTH_WAYS = [Returned.BOUNCE, Returned.COMPLAINT]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def sent(home: Household, to: Partner, number: int = 0) -> Delivery:
    """One of their questions has left, and its ritual has begun."""
    theirs = select(Delivery).where(Delivery.partner_id == to.id).order_by(Delivery.due_at).offset(number)
    mail = home.session.scalars(theirs).first()
    assert mail is not None
    home.now = mail.due_at + MINUTE
    mail.state, mail.copies, mail.try_at, mail.settled_at = State.SENT, 1, None, mail.due_at
    home.session.flush()
    return mail


def letter(home: Household, kind: LetterKind, to: str, *, about_id: int = 1) -> Letter:
    """It has left."""
    mail = Letter.write(home.session, kind, to=to, about_id=about_id, now=home.now)
    mail.state, mail.copies, mail.try_at, mail.settled_at = State.SENT, 1, None, home.now
    home.session.flush()
    return mail


def invite(home: Household, address: str) -> Invitation:
    carla = welcome(home.session, "carla@example.org", home.now)
    carla.introduce(name="Carla", zone="Europe/Madrid")
    return Invitation.send(home.session, carla, address, home.now)


def states(home: Household, of: Partner) -> set[State]:
    home.session.flush()
    return set(home.session.scalars(select(Delivery.state).where(Delivery.partner_id == of.id)))


@pytest.mark.parametrize("returned", BOTH_WAYS)
def test_mails_to_that_person_stop_and_the_other_ones_go_on(home: Household, returned: Returned) -> None:
    home.agree()
    assert take_back(home.session, sent(home, home.ana), returned, home.now)
    assert not home.ana.takes_mail
    assert home.ben.takes_mail
    assert states(home, home.ben) == {State.PLANNED}


def test_what_bounced_counts_as_not_sent_and_what_was_unwanted_as_sent(home: Household) -> None:
    home.agree()
    bounced, unwanted = sent(home, home.ana), sent(home, home.ben)
    take_back(home.session, bounced, Returned.BOUNCE, home.now)
    take_back(home.session, unwanted, Returned.COMPLAINT, home.now)
    assert (bounced.state, unwanted.state) == (State.FAILED, State.SENT)


@pytest.mark.parametrize("returned", BOTH_WAYS)
@pytest.mark.parametrize("state", [State.PLANNED, State.HANDING, State.RETRYING])
def test_what_is_on_its_way_is_held_back(home: Household, returned: Returned, state: State) -> None:
    home.agree(terms(rule="FREQ=DAILY"))
    mail = sent(home, home.ana)
    home.now = mail.due_at + DAY - MINUTE
    near = next(one for one in home.session.scalars(select(Delivery).where(Delivery.due_at == mail.due_at + DAY)))
    near.state, near.holder = state, 1
    take_back(home.session, mail, returned, home.now)
    assert near.partner_id == home.ana.id
    assert (near.state, near.holder, near.try_at) == (State.FAILED, None, None)


def test_news_on_their_way_are_held_back(home: Household) -> None:
    home.agree()
    plan = home.agree(slug="coffee")
    mail = sent(home, home.ben)
    plan.pause(home.act(home.ana))
    take_back(home.session, mail, Returned.BOUNCE, home.now)
    assert {one.partner_id for one in home.letters(LetterKind.NEWS)} == {home.ana.id}


@pytest.mark.parametrize("returned", BOTH_WAYS)
def test_being_told_twice_changes_nothing(home: Household, returned: Returned) -> None:
    home.agree()
    mail = sent(home, home.ana)
    take_back(home.session, mail, returned, home.now)
    before = (home.ana.bounced_at, home.ana.complained_at, mail.state, mail.settled_at)
    home.now += DAY
    assert take_back(home.session, mail, returned, home.now)
    assert (home.ana.bounced_at, home.ana.complained_at, mail.state, mail.settled_at) == before


@pytest.mark.parametrize("returned", BOTH_WAYS)
def test_what_left_before_they_asked_for_mails_again_says_nothing(home: Household, returned: Returned) -> None:
    home.agree()
    mail, other = sent(home, home.ana), sent(home, home.ana, 1)
    take_back(home.session, mail, returned, home.now)
    start_mail(home.session, home.ana, home.now)
    assert not take_back(home.session, mail, returned, home.now + DAY)
    assert not take_back(home.session, other, returned, home.now + DAY)
    assert home.ana.takes_mail


@pytest.mark.parametrize("returned", BOTH_WAYS)
def test_what_left_afterwards_stops_them_anew(home: Household, returned: Returned) -> None:
    home.agree()
    take_back(home.session, sent(home, home.ana), returned, home.now)
    start_mail(home.session, home.ana, home.now)
    assert take_back(home.session, sent(home, home.ana, 1), returned, home.now)
    assert not home.ana.takes_mail


def test_a_mail_that_never_left_cannot_have_come_back(home: Household) -> None:
    home.agree()
    mail = home.session.scalars(select(Delivery)).first()
    assert mail is not None
    assert not take_back(home.session, mail, Returned.BOUNCE, home.now)
    assert home.ana.takes_mail


def test_a_mail_of_which_nobody_knows_whether_it_arrived_can_come_back(home: Household) -> None:
    home.agree()
    mail = sent(home, home.ana)
    mail.state, mail.settled_at = State.UNKNOWN, None
    assert take_back(home.session, mail, Returned.BOUNCE, home.now)


def sign_in(home: Household, address: str) -> None:
    link = SignInLink.ask(home.session, address, home.now)
    assert link is not None
    link.redeem(home.session, home.now)


def test_who_signs_in_by_a_mailed_link_has_an_address_that_works(home: Household) -> None:
    home.agree()
    mail = sent(home, home.ana)
    take_back(home.session, mail, Returned.BOUNCE, home.now)
    sign_in(home, home.ana.address)
    assert home.ana.takes_mail
    assert not take_back(home.session, mail, Returned.BOUNCE, home.now)


def test_signing_in_is_no_yes_to_mails_after_a_complaint(home: Household) -> None:
    home.agree()
    take_back(home.session, sent(home, home.ana), Returned.COMPLAINT, home.now)
    sign_in(home, home.ana.address)
    assert not home.ana.takes_mail
    start_mail(home.session, home.ana, home.now)
    assert home.ana.takes_mail


@pytest.mark.parametrize("returned", BOTH_WAYS)
def test_a_sign_in_mail_that_came_back_stops_whose_address_it_is(home: Household, returned: Returned) -> None:
    take_back(home.session, letter(home, LetterKind.SIGN_IN, home.ana.address), returned, home.now)
    assert not home.ana.takes_mail
    assert SignInLink.ask(home.session, home.ana.address, home.now) is not None
    assert home.letters(LetterKind.SIGN_IN)


def test_an_invitation_that_bounces_shows_nothing_to_anybody(home: Household) -> None:
    asked = invite(home, "dora@example.org")
    mail = letter(home, LetterKind.INVITATION, "dora@example.org", about_id=asked.id)
    take_back(home.session, mail, Returned.BOUNCE, home.now)
    assert Invitation.pending(home.session, asked.inviter, home.now) == [asked]
    assert not Refusal.stands(home.session, "dora@example.org", None)
    assert asked.inviter.takes_mail


def test_who_complains_of_an_invitation_gets_none_any_more_and_the_inviter_sees_no_answer(home: Household) -> None:
    asked = invite(home, "dora@example.org")
    mail = letter(home, LetterKind.INVITATION, "dora@example.org", about_id=asked.id)
    for _ in range(2):
        take_back(home.session, mail, Returned.COMPLAINT, home.now)
    assert Refusal.stands(home.session, "dora@example.org", None)
    assert Invitation.pending(home.session, asked.inviter, home.now) == [asked]
    assert not asked.is_live(home.now)


@pytest.mark.parametrize("returned", BOTH_WAYS)
def test_an_invitation_tells_of_an_address_and_not_of_what_else_is_wanted_there(
    home: Household, returned: Returned
) -> None:
    asked = invite(home, home.ana.address)
    mail = letter(home, LetterKind.INVITATION, home.ana.address, about_id=asked.id)
    take_back(home.session, mail, returned, home.now)
    assert home.ana.takes_mail == (returned is Returned.COMPLAINT)


def test_a_stranger_who_complains_of_a_sign_in_mail_is_not_invited_either(home: Household) -> None:
    take_back(home.session, letter(home, LetterKind.SIGN_IN, "dora@example.org"), Returned.COMPLAINT, home.now)
    assert Refusal.stands(home.session, "dora@example.org", None)


def test_a_calendar_is_told_again_what_came_back(home: Household) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    home.agree()
    told = home.letters(LetterKind.CALENDAR)[0]
    told.state, told.copies, told.try_at, told.settled_at, told.sequence = State.SENT, 1, None, home.now, 1
    record_told(home.session, told.id, home.now)
    take_back(home.session, told, Returned.BOUNCE, home.now)
    home.now += 2 * DAY
    assert repair(home.session, home.now, limit=10) == 0
    start_mail(home.session, home.ana, home.now)
    assert repair(home.session, home.now, limit=10) == 1
    assert home.session.scalars(select(Placement)).one().sequence == 0
