"""Composing the letters that are due: each says how things stand now, or nothing if nothing is left to say."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.collision import Collision
from rituals.couple import Partner
from rituals.errand import WAITING, backoff
from rituals.invitation import Invitation
from rituals.linked_calendar import LinkedCalendar
from rituals.outbox import Letter, LetterKind
from rituals.placement import Placement
from rituals.signin import SignInLink
from service.emails import calendar, calendar_trouble, collision, invitation, joined, news, sign_in
from service.emails.desk import Desk
from service.emails.mime import Letter as Mail
from service.emails.mime import compose
from service.jobs import drafts
from service.jobs.parcel import UNWRITABLE
from service.logs import failure
from service.services import Services


def compose_these(session: Session, services: Services, desk: Desk, ids: Sequence[int]) -> dict[int, bytes]:
    """The mails of these letters, composed and kept; without those that have nothing to say, or cannot say it."""
    waiting = select(Letter).where(Letter.id.in_(ids), Letter.state.in_(WAITING)).order_by(Letter.id)
    rows = session.scalars(waiting.with_for_update()).all()
    stopped = Partner.taking_no_mail(session, [row.partner_id for row in rows if row.partner_id is not None])
    composed = {}
    for row in rows:
        now = services.clock()
        try:
            mail = write(session, desk, row, now) if row.partner_id not in stopped else None
            if mail is None:
                row.withdraw()
                continue
            composed[row.id] = compose(mail)
        except UNWRITABLE as error:
            failure("letter.unwritable", error, id=row.id)
            row.postpone(now + backoff(row.attempts))
            continue
        drafts.drop(session, Letter, row.id)
        kept = drafts.Composed(row.id, row.due_at, composed[row.id])
        drafts.keep(session, Letter, [kept], services.strongbox, now)
    return composed


def write(session: Session, desk: Desk, row: Letter, now: datetime) -> Mail | None:
    """The mail of this row; None when what it was about is gone or settled."""
    match row.kind:
        case LetterKind.SIGN_IN:
            link = SignInLink.open_one(session, row.about_id, now)
            return sign_in.sign_in(desk, row, link) if link else None
        case LetterKind.INVITATION:
            asked = session.get(Invitation, row.about_id)
            return invitation.invitation(desk, row, asked) if asked and asked.is_live(now) else None
        case LetterKind.JOINED:
            accepted = session.get(Invitation, row.about_id)
            return joined.joined(desk, row, accepted) if accepted else None
        case LetterKind.CALENDAR_TROUBLE:
            linked = session.get(LinkedCalendar, row.about_id)
            return calendar_trouble.calendar_trouble(desk, row, linked) if linked else None
        case LetterKind.NEWS:
            partner = session.get(Partner, row.about_id)
            return news.news(desk, session, row, partner, now) if partner and partner.is_coupled else None
        case LetterKind.CALENDAR:
            placement = session.get(Placement, row.about_id)
            return calendar.calendar(desk, row, placement) if placement else None
        case LetterKind.COLLISION:
            noted = session.get(Collision, row.about_id)
            return collision.collision(desk, row, noted, now) if noted else None
