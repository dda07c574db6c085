"""Leaving a shared space: at once, alone, unexplained."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from rituals.address import fingerprint
from rituals.connection import CalendarConnection
from rituals.couple import Couple, Partner
from rituals.delivery import Delivery
from rituals.errand import WAITING, State
from rituals.ics_address import IcsAddress
from rituals.invitation import Refusal
from rituals.linked_calendar import Farewell, LinkedCalendar
from rituals.occurrence import Occurrence
from rituals.open_account import OpenAccount
from rituals.outbox import Letter, LetterKind
from rituals.placing import part
from rituals.plan import Plan
from rituals.version import Version, VersionState

_ABOUT_THE_SPACE = (
    LetterKind.JOINED,
    LetterKind.NEWS,
    LetterKind.CALENDAR,
    LetterKind.COLLISION,
    LetterKind.CALENDAR_TROUBLE,
)
_IS_BLOCK = Refusal.from_id.is_not(None)


def leave(session: Session, partner: Partner, now: datetime, *, events_stay: bool, clear_mine: bool = False) -> None:
    """Close the space. Prompts, invitations, feed and calendar mails stop in this transaction.

    `events_stay`: whether future events stay in the other's calendar. `clear_mine`: whether one last
    mail takes them off the leaver's own. The other is told nothing; they find the space closed.
    """
    couple = partner.couple
    if couple is None:
        return
    session.refresh(couple, with_for_update=True)
    # Whoever holds one of its plans finishes first; whoever waits for one finds the space closed.
    Plan.hold_all(session, couple)
    LinkedCalendar.hold_all(session, *couple.partners)
    other = couple.other(partner)
    if couple.is_open:
        _close(session, couple, now, events_stay=events_stay)
        part(session, couple, partner, now, stays=not clear_mine)
        _say_farewell(session, partner, now, Farewell.DELETE if clear_mine else Farewell.LEAVE)
        if other is not None:
            part(session, couple, other, now, stays=events_stay)
            Refusal.record(session, partner.address, from_id=other.id, now=now)
    else:
        # Who was left: what was to go from their calendar may not be gone yet.
        _say_farewell(session, partner, now, Farewell.LEAVE if couple.events_stay else Farewell.DELETE)
    _end_connection(session, partner, now)
    partner.couple = None
    partner.side = None
    session.flush()


def _close(session: Session, couple: Couple, now: datetime, *, events_stay: bool) -> None:
    couple.closed_at, couple.events_stay = now, events_stay
    plans = select(Plan.id).where(Plan.couple_id == couple.id)
    theirs = select(Occurrence.id).where(Occurrence.plan_id.in_(plans))
    # What expired could come to life again after the clock was set back.
    states = (*WAITING, State.EXPIRED)
    waiting = update(Delivery).where(Delivery.occurrence_id.in_(theirs), Delivery.state.in_(states))
    session.execute(waiting.values(state=State.WITHDRAWN, holder=None, try_at=None))
    open_versions = update(Version).where(Version.plan_id.in_(plans), Version.state == VersionState.PROPOSED)
    session.execute(open_versions.values(state=VersionState.WITHDRAWN, settled_at=now))
    session.execute(update(Plan).where(Plan.couple_id == couple.id).values(horizon_at=None))
    for partner in couple.partners:
        Letter.withdraw_all(session, partner.id, kinds=_ABOUT_THE_SPACE)


def _say_farewell(session: Session, partner: Partner, now: datetime, farewell: Farewell) -> None:
    linked = LinkedCalendar.current(session, partner)
    if linked is not None:
        linked.part(farewell, now)


def _end_connection(session: Session, partner: Partner, now: datetime) -> None:
    """The leaver's calendar way ends, every feed address they ever had is dead, and none of their calendars is read."""
    for connection in session.scalars(select(CalendarConnection).where(CalendarConnection.partner_id == partner.id)):
        connection.ended_at = connection.ended_at or now
        connection.digest = connection.sealed = None
    IcsAddress.forget(session, partner)
    OpenAccount.forget(session, partner)


def blocks_invitations(session: Session, partner: Partner) -> bool:
    """Whether somebody whom this partner left is kept from inviting them."""
    if session.scalar(select(Refusal.id).where(_IS_BLOCK).limit(1)) is None:
        return False  # nobody blocks anybody: no fingerprint need be made, which is slow
    return session.scalar(select(Refusal.id).where(*_block_of(partner)).limit(1)) is not None


def forget_invitations(session: Session, partner: Partner) -> None:
    """The one who left lifts the block: the former partner may invite them again."""
    session.execute(delete(Refusal).where(*_block_of(partner)))


def _block_of(partner: Partner) -> tuple[ColumnElement[bool], ...]:
    return Refusal.fingerprint == fingerprint(partner.address), _IS_BLOCK
