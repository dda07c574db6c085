"""What calendars that are reached by mail were told, as far as it is known; and telling them again."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from rituals.connection import LINKED, CalendarConnection
from rituals.couple import Couple, Partner
from rituals.outbox import Letter, LetterKind
from rituals.placement import Placement

REPAIRED_EVERY = timedelta(days=1)


def record_told(session: Session, letter_id: int, now: datetime) -> None:
    """A letter to a calendar has gone out: what it said is what that calendar knows."""
    letter, placement = _told(session, letter_id)
    if letter is not None and placement is not None:
        placement.sequence = letter.sequence
        _call_back(session, placement, now)


def record_perhaps_told(session: Session, letter_id: int, now: datetime) -> None:
    """Nobody knows whether it arrived: enough for the calendar to be told again, and for a cancellation to go."""
    letter, placement = _told(session, letter_id)
    if letter is not None and placement is not None and placement.sequence is None and letter.sequence is not None:
        placement.sequence = letter.sequence - 1
        _call_back(session, placement, now)


def record_untold(session: Session, letter_id: int) -> None:
    """A letter to a calendar came back: what it said is told again, once mails may go there."""
    letter, placement = _told(session, letter_id)
    if letter is None or placement is None or letter.sequence is None or placement.sequence is None:
        return
    placement.sequence = min(placement.sequence, letter.sequence - 1)


def _told(session: Session, letter_id: int) -> tuple[Letter | None, Placement | None]:
    """The letter to a calendar and, locked against whoever is changing the plan, its placement."""
    letter = session.get(Letter, letter_id)
    if letter is None or letter.kind != LetterKind.CALENDAR:
        return None, None
    return letter, session.get(Placement, letter.about_id, with_for_update=True)


def _call_back(session: Session, placement: Placement, now: datetime) -> None:
    """Called off while it was on its way."""
    if not placement.wanted and placement.sequence is not None:
        placement.follow(session, wanted=False, now=now, urgent=True)


def repair(session: Session, now: datetime, *, limit: int) -> int:
    """Write again to calendars that were not told how things stand, as after an outage of the mail: once a day."""
    from rituals.plan import Plan

    recent = select(Letter.id).where(
        Letter.kind == LetterKind.CALENDAR, Letter.about_id == Placement.id, Letter.due_at > now - REPAIRED_EVERY
    )
    untold = or_(Placement.sequence.is_(None), Placement.sequence < Plan.sequence)
    behind = and_(Placement.wanted, untold, CalendarConnection.ended_at.is_(None), Couple.closed_at.is_(None))
    left_over = and_(~Placement.wanted, Placement.sequence.is_not(None))
    rows = (
        select(Placement)
        .join(Plan, Plan.id == Placement.plan_id)
        .join(Couple, Couple.id == Plan.couple_id)
        .join(CalendarConnection, CalendarConnection.id == Placement.connection_id)
        .join(Partner, Partner.id == CalendarConnection.partner_id)
        .where(or_(behind, left_over), CalendarConnection.way.not_in(LINKED))
        .where(Partner.taking_mail(), ~recent.exists())
        .limit(limit)
    )
    placements = session.scalars(rows).all()
    for placement in placements:
        placement.follow(session, wanted=placement.wanted, now=now, urgent=True)
    return len(placements)
