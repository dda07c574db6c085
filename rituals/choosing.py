"""Choosing how rituals reach one's own calendar: the old copy goes before a new one comes."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rituals.calendar_interfaces import Access, Trouble
from rituals.connection import CalendarConnection, Way
from rituals.couple import Partner
from rituals.interfaces import Sealer
from rituals.linked_calendar import LinkedCalendar
from rituals.placement import Placement
from rituals.placing import place_on, take_away
from rituals.plan import Plan
from rituals.refused import RefusedError
from rituals.secret import digest, new
from rituals.stand_in import step_back


def choose_way(
    session: Session, partner: Partner, way: Way, now: datetime, *, anew: bool = False
) -> CalendarConnection:
    """From now on by this way alone. Choosing the same again changes nothing, unless it is to begin `anew`."""
    hold(session, partner)
    current = CalendarConnection.current(session, partner)
    if current is not None and current.way == way and not anew:
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
        place_all(session, partner, now)
    return chosen


def hold(session: Session, partner: Partner) -> None:
    """Somebody may be leaving, or changing a plan, just now: they finish first."""
    if partner.couple is not None:
        session.refresh(partner.couple, with_for_update=True)
        Plan.hold_all(session, partner.couple)
    # So that letters may still be written to them by others, who would else wait for us, and we for them.
    session.refresh(partner, with_for_update={"key_share": True})
    LinkedCalendar.hold_all(session, *(partner.couple.partners if partner.couple is not None else [partner]))


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


def link(
    session: Session, partner: Partner, way: Way, access: Access, sealer: Sealer, *, name: str, now: datetime
) -> LinkedCalendar:
    """From now on by a calendar that is written to. The same calendar again goes on, and doubles nothing.

    So does one in the place of a calendar that is gone: there is nothing to be cleared before. Raises
    RefusedError for one that the other's rituals stand in already: there they would stand twice.
    """
    hold(session, partner)
    _refuse_the_others(session, partner, access.calendar, sealer)
    linked = _goes_on(session, partner, way, access.calendar, sealer)
    if linked is not None:
        linked.name = name
        linked.reconnect(access, sealer, now)
        step_back(session, linked, now)
        return linked
    connection = choose_way(session, partner, way, now, anew=True)
    waits = LinkedCalendar.is_parting(session, partner)
    linked = LinkedCalendar.begin(session, connection, access, sealer, name=name, look_at=None if waits else now)
    place_all(session, partner, now)
    return linked


def _goes_on(session: Session, partner: Partner, way: Way, calendar: str, sealer: Sealer) -> LinkedCalendar | None:
    """What is connected already, if it is this very calendar, or one that is gone and that this one replaces."""
    linked = LinkedCalendar.current(session, partner)
    if linked is None or linked.connection.way != way:
        return None
    if linked.leads_to(calendar, sealer):
        return linked
    if linked.trouble != Trouble.GONE:
        return None
    linked.is_gone()
    for placement in Placement.all_on(session, linked.connection_id):
        placement.is_off()
    return linked


def _refuse_the_others(session: Session, partner: Partner, calendar: str, sealer: Sealer) -> None:
    other = partner.couple.other(partner) if partner.couple is not None else None
    linked = LinkedCalendar.current(session, other) if other is not None else None
    if linked is not None and linked.leads_to(calendar, sealer):
        raise RefusedError(
            "Your rituals stand in this calendar already, since you share it. Choose another calendar, or another way."
        )


def go_on(session: Session, partner: Partner, now: datetime) -> None:
    """The calendar before has been cleared, or cannot be: now the chosen way may fill."""
    linked = LinkedCalendar.current(session, partner)
    if linked is not None:
        linked.look_at = now
    elif not LinkedCalendar.is_parting(session, partner):
        place_all(session, partner, now)


def place_all(session: Session, partner: Partner, now: datetime) -> None:
    """Everything that stands goes to the chosen calendar; the partner's own calendar is not touched."""
    connection = CalendarConnection.current(session, partner)
    if partner.couple is None or connection is None or not partner.couple.is_open:
        return
    for plan in Plan.living(session, partner.couple):
        if plan.is_on_calendars:
            place_on(session, plan, connection, now, urgent=True)
