"""Composing the letters that are due: each says how things stand now, or nothing if nothing is left to say."""

from datetime import datetime

from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.invitation import Invitation
from rituals.outbox import Letter, LetterKind
from rituals.placement import Placement
from rituals.signin import SignInLink
from service.emails import calendar, invitation, news, sign_in
from service.emails.desk import Desk
from service.emails.mime import Letter as Mail


def write(session: Session, desk: Desk, row: Letter, now: datetime) -> Mail | None:
    """The mail of this row; None when what it was about is gone or settled."""
    match row.kind:
        case LetterKind.SIGN_IN:
            link = SignInLink.open_one(session, row.about_id, now)
            return sign_in.sign_in(desk, row, link) if link else None
        case LetterKind.INVITATION:
            asked = session.get(Invitation, row.about_id)
            return invitation.invitation(desk, row, asked) if asked and asked.is_live(now) else None
        case LetterKind.NEWS:
            partner = session.get(Partner, row.about_id)
            return news.news(desk, session, row, partner, now) if partner and partner.is_coupled else None
        case LetterKind.CALENDAR:
            placement = session.get(Placement, row.about_id)
            return calendar.calendar(desk, row, placement) if placement else None
