"""Choosing how rituals reach one's own calendar: the old copy goes before a new one comes."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rituals.connection import CalendarConnection, Way
from rituals.couple import Partner
from rituals.interfaces import Sealer
from rituals.placement import Placement, take_away
from rituals.plan import Plan
from rituals.secret import digest, new


def choose_way(session: Session, partner: Partner, way: Way, now: datetime) -> CalendarConnection:
    """From now on by this way alone. Choosing the same again changes nothing."""
    if partner.couple is not None:
        # Somebody may be leaving, or changing a plan, just now: they finish first.
        session.refresh(partner.couple, with_for_update=True)
        Plan.hold_all(session, partner.couple)
    session.refresh(partner, with_for_update=True)
    current = CalendarConnection.current(session, partner)
    if current is not None and current.way == way:
        return current
    if current is not None:
        take_away(session, current, now)
        current.ended_at = now
        session.flush()  # before the new one: only one may be current
    before = select(func.count()).where(CalendarConnection.partner_id == partner.id)
    generation = session.scalar(before) or 0
    chosen = CalendarConnection(partner_id=partner.id, way=way, since_at=now, generation=generation)
    session.add(chosen)
    session.flush()
    if way == Way.MAIL:
        _send_all(session, partner, chosen, now)
    return chosen


def open_feed(session: Session, connection: CalendarConnection, sealer: Sealer) -> None:
    """Give a feed its address: the one this partner had before, so that what reads it fills again; else a new one."""
    if connection.digest is not None:
        return
    before = _switched_off(session, connection.partner_id)
    if before is None or before.digest is None or before.sealed is None:
        renew_feed(connection, sealer)
        return
    address, sealed = before.digest, before.sealed
    before.digest = before.sealed = None
    session.flush()
    connection.lock_away(digest=address, sealed=sealed)
    session.flush()


def renew_feed(connection: CalendarConnection, sealer: Sealer) -> None:
    """A new address; the one before it leads nowhere from here on."""
    secret = new()
    connection.lock_away(digest=digest(secret), sealed=sealer.seal(secret.encode()))


def feed_secret(connection: CalendarConnection, sealer: Sealer) -> str | None:
    """The secret, to show it to its owner; None where it cannot be unsealed any more."""
    if connection.sealed is None:
        return None
    try:
        return sealer.open(connection.sealed).decode()
    except ValueError:
        return None


def _switched_off(session: Session, partner_id: int) -> CalendarConnection | None:
    ended = select(CalendarConnection).where(
        CalendarConnection.partner_id == partner_id,
        CalendarConnection.ended_at.is_not(None),
        CalendarConnection.digest.is_not(None),
    )
    return session.scalar(ended.order_by(CalendarConnection.id.desc()).limit(1))


def _send_all(session: Session, partner: Partner, connection: CalendarConnection, now: datetime) -> None:
    """Everything that stands goes to the new calendar; the partner's own calendar is not touched."""
    if partner.couple is None:
        return
    for plan in Plan.living(session, partner.couple):
        if plan.is_on_calendars:
            Placement.on(session, plan, connection).follow(session, wanted=True, now=now, urgent=True)
