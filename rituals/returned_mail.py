"""What it causes that a mail of ours came back: its reader gets no more until they say so, and nobody else is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rituals.calendar_letters import record_untold
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import HELD, State
from rituals.invitation import Invitation, Refusal
from rituals.mail_report import Returned
from rituals.outbox import Draft, Letter, LetterKind

SOON = timedelta(minutes=15)
"""Longer before its start than any mail is composed."""


def take_back(session: Session, mail: Delivery | Letter, returned: Returned, now: datetime) -> bool:
    """This mail bounced, or was unwanted. Doing it twice changes nothing.

    False where that says nothing: the mail never left, or its reader has asked for mails since.
    """
    if mail.state not in (State.SENT, State.UNKNOWN, *HELD) and not mail.copies:
        return False
    reader = _reader(session, mail, returned)
    if reader is None:
        if returned is Returned.COMPLAINT and isinstance(mail, Letter):
            _refuse(session, mail, now)
        return True
    counts = stop_mail(session, reader, returned, now, left_at=mail.settled_at or mail.due_at, mail=mail)
    if counts and returned is Returned.BOUNCE:
        _never_arrived(session, mail, now)
    return counts


def turn_away(session: Session, address: str, returned: Returned, now: datetime, *, said_at: datetime) -> None:
    """The same, where it is only known which address it was, and when that was said."""
    partner = Partner.with_address(session, address)
    if partner is not None:
        stop_mail(session, partner, returned, now, left_at=said_at)
    elif returned is Returned.COMPLAINT:
        Refusal.record(session, address, from_id=None, now=now)


def stop_mail(
    session: Session,
    partner: Partner,
    returned: Returned,
    now: datetime,
    *,
    left_at: datetime,
    mail: Delivery | Letter | None = None,
) -> bool:
    """Nothing more to this partner, what is on its way included; but for a link to sign in that they ask for.

    False if they have asked for mails since `left_at`.
    """
    on_their_way = _locked(session, partner, now, mail)
    if partner.mail_again_at is not None and left_at <= partner.mail_again_at:
        return False
    for delivery in on_their_way:
        delivery.hold_back(now)
    session.execute(delete(Draft).where(Draft.delivery_id.in_([delivery.id for delivery in on_their_way])))
    Letter.withdraw_all(session, partner.id, kinds=tuple(LetterKind))
    if returned is Returned.COMPLAINT:
        partner.complained_at = partner.complained_at or now
    else:
        partner.bounced_at = partner.bounced_at or now
    session.flush()
    return True


def start_mail(session: Session, partner: Partner, now: datetime) -> None:
    """They want mails again: from the next question on. What was planned meanwhile is there."""
    session.refresh(partner, with_for_update=True)
    partner.wants_mail_again(now)
    session.flush()


def _reader(session: Session, mail: Delivery | Letter, returned: Returned) -> Partner | None:
    """Whose mails it is about. A bounce is about the address; who complains of an invitation has asked for none."""
    if mail.partner_id is not None:
        return session.get(Partner, mail.partner_id)
    if returned is Returned.COMPLAINT and mail.kind != LetterKind.SIGN_IN:
        return None
    return Partner.with_address(session, mail.to)


def _locked(session: Session, partner: Partner, now: datetime, mail: Delivery | Letter | None) -> Sequence[Delivery]:
    """Mails before partners, as those do who send them. What is due later is held back when it is composed."""
    if isinstance(mail, Letter):
        session.refresh(mail, with_for_update=True)
    which = [Delivery.try_at <= now + SOON]
    if isinstance(mail, Delivery):
        which.append(Delivery.id == mail.id)
    theirs = select(Delivery).where(Delivery.partner_id == partner.id, or_(*which)).order_by(Delivery.id)
    deliveries = session.scalars(theirs.with_for_update(), execution_options={"populate_existing": True}).all()
    session.refresh(partner, with_for_update=True)
    return deliveries


def _never_arrived(session: Session, mail: Delivery | Letter, now: datetime) -> None:
    """Whoever holds it finds out, and its page can say so."""
    mail.state, mail.holder, mail.try_at = State.FAILED, None, None
    mail.settled_at = mail.settled_at or now
    if isinstance(mail, Letter):
        record_untold(session, mail.id)
    session.flush()


def _refuse(session: Session, letter: Letter, now: datetime) -> None:
    """A stranger complains: no invitation reaches this address any more. Whoever invited sees only no answer."""
    asked = session.get(Invitation, letter.about_id) if letter.kind == LetterKind.INVITATION else None
    if asked is not None:
        asked.decline(session, now, never_again=True)
    else:
        Refusal.record(session, letter.to, from_id=None, now=now)
