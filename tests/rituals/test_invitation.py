"""Inviting: exactly one mail, never a reminder, and a no that looks like silence."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.invitation import LIFE, Invitation, Refusal
from rituals.outbox import Letter, LetterKind
from rituals.refused import RefusedError, StaleError
from rituals.signin import welcome
from tests.rituals.households import A_MONDAY as NOW


@pytest.fixture
def ana(session: Session) -> Partner:
    partner = welcome(session, "ana@example.org", NOW)
    partner.introduce(name="Ana", zone="Europe/Madrid")
    return partner


def mails(session: Session, address: str) -> int:
    session.flush()
    return session.query(Letter).where(Letter.kind == LetterKind.INVITATION, Letter.to == address).count()


def test_an_invitation_is_one_mail(session: Session, ana: Partner) -> None:
    Invitation.send(session, ana, "ben@example.org", NOW)
    assert mails(session, "ben@example.org") == 1


def test_a_yes_makes_the_account_and_the_couple(session: Session, ana: Partner) -> None:
    ben, couple = Invitation.send(session, ana, "ben@example.org", NOW).accept(session, NOW)
    assert ben.address == "ben@example.org"
    assert {partner.id for partner in couple.partners} == {ana.id, ben.id}


def test_the_same_address_is_not_asked_twice_while_the_first_waits(session: Session, ana: Partner) -> None:
    Invitation.send(session, ana, "ben@example.org", NOW)
    with pytest.raises(RefusedError, match="already on its way"):
        Invitation.send(session, ana, "ben@example.org", NOW)
    assert mails(session, "ben@example.org") == 1


def test_ones_own_address_is_refused(session: Session, ana: Partner) -> None:
    with pytest.raises(RefusedError, match="your own address"):
        Invitation.send(session, ana, "ana@example.org", NOW)


def test_three_may_wait_at_once(session: Session, ana: Partner) -> None:
    for name in ("ben", "cleo", "dan"):
        Invitation.send(session, ana, f"{name}@example.org", NOW)
    with pytest.raises(RefusedError, match="enough"):
        Invitation.send(session, ana, "eve@example.org", NOW)


def test_five_a_day_even_if_they_are_withdrawn(session: Session, ana: Partner) -> None:
    for number in range(5):
        Invitation.send(session, ana, f"p{number}@example.org", NOW).withdraw(session, NOW)
    with pytest.raises(RefusedError, match="enough"):
        Invitation.send(session, ana, "eve@example.org", NOW)
    Invitation.send(session, ana, "eve@example.org", NOW + timedelta(days=1, minutes=1))


def test_after_seven_days_it_has_lapsed(session: Session, ana: Partner) -> None:
    invitation = Invitation.send(session, ana, "ben@example.org", NOW)
    with pytest.raises(StaleError, match="lapsed"):
        invitation.accept(session, NOW + timedelta(days=7))


def test_it_is_answered_once(session: Session, ana: Partner) -> None:
    invitation = Invitation.send(session, ana, "ben@example.org", NOW)
    invitation.accept(session, NOW)
    with pytest.raises(StaleError):
        invitation.accept(session, NOW)


def test_a_no_looks_like_no_answer_yet(session: Session, ana: Partner) -> None:
    invitation = Invitation.send(session, ana, "ben@example.org", NOW)
    invitation.decline(session, NOW, never_again=False)
    assert Invitation.pending(session, ana, NOW) == [invitation]


def test_do_not_contact_me_again_holds_for_everybody_and_nobody_is_told(session: Session, ana: Partner) -> None:
    Invitation.send(session, ana, "ben@example.org", NOW).decline(session, NOW, never_again=True)
    cleo = welcome(session, "cleo@example.org", NOW)
    sent = Invitation.send(session, cleo, "ben@example.org", NOW)
    assert Invitation.pending(session, cleo, NOW) == [sent]
    assert mails(session, "ben@example.org") == 1


def test_a_refusal_keeps_no_address(session: Session, ana: Partner) -> None:
    Invitation.send(session, ana, "ben@example.org", NOW).decline(session, NOW, never_again=True)
    session.flush()
    assert "ben" not in session.query(Refusal).one().fingerprint


def test_somebody_in_a_couple_cannot_be_taken_out_of_it(session: Session, ana: Partner) -> None:
    first = Invitation.send(session, ana, "ben@example.org", NOW)
    cleo = welcome(session, "cleo@example.org", NOW)
    second = Invitation.send(session, cleo, "ben@example.org", NOW)
    first.accept(session, NOW)
    with pytest.raises(RefusedError, match="already share"):
        second.accept(session, NOW)


def test_an_inviter_who_found_somebody_else_invites_no_more(session: Session, ana: Partner) -> None:
    first = Invitation.send(session, ana, "ben@example.org", NOW)
    second = Invitation.send(session, ana, "cleo@example.org", NOW)
    first.accept(session, NOW)
    with pytest.raises(StaleError):
        second.accept(session, NOW)


def test_a_withdrawn_invitation_is_not_mailed_any_more(session: Session, ana: Partner) -> None:
    Invitation.send(session, ana, "ben@example.org", NOW).withdraw(session, NOW)
    assert session.query(Letter).where(Letter.try_at.is_not(None)).count() == 0


def test_taken_back_and_sent_again_is_no_second_mail(session: Session, ana: Partner) -> None:
    Invitation.send(session, ana, "ben@example.org", NOW).withdraw(session, NOW)
    with pytest.raises(RefusedError, match="within the last week"):
        Invitation.send(session, ana, "ben@example.org", NOW + timedelta(days=6))
    assert mails(session, "ben@example.org") == 1
    Invitation.send(session, ana, "ben@example.org", NOW + LIFE)


def test_three_mails_a_week_to_one_address_whoever_asks_and_nobody_is_told(session: Session) -> None:
    for number in range(5):
        stranger = welcome(session, f"stranger{number}@example.org", NOW)
        Invitation.send(session, stranger, "ben@example.org", NOW)
        assert len(Invitation.pending(session, stranger, NOW)) == 1
    assert mails(session, "ben@example.org") == 3
