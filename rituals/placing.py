"""Letting the calendars that people chose follow a plan, and taking it off them again."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.connection import CalendarConnection, Way
from rituals.couple import Couple, Partner
from rituals.linked_calendar import Farewell, LinkedCalendar
from rituals.placement import Placement
from rituals.stand_in import stand_in_for, step_back

if TYPE_CHECKING:
    from rituals.plan import Plan


def place(session: Session, plan: "Plan", now: datetime, *, urgent: bool) -> None:
    """Let the plan's calendars follow it: both partners', each by the way its owner chose."""
    # Locked whether or not they wait already: else one may begin its turn now, and end it before this is to be seen.
    LinkedCalendar.hold_all(session, *plan.couple.partners)
    for partner in plan.couple.partners:
        connection = CalendarConnection.current(session, partner)
        if connection is not None:
            place_on(session, plan, connection, now, urgent=urgent)


def place_on(session: Session, plan: "Plan", connection: CalendarConnection, now: datetime, *, urgent: bool) -> None:
    """Let one calendar follow the plan. Where the one before it is still being cleared, that comes first."""
    linked = LinkedCalendar.of(session, connection)
    if linked is not None:
        linked.look_soon(now)
        session.flush()  # the calendar before its placements, as everybody locks them
        Placement.on(session, plan, connection).wanted = plan.is_on_calendars
        if linked.lets_nobody_in:
            stand_in_for(session, plan, linked, now, urgent=urgent)
    elif connection.way == Way.MAIL and not LinkedCalendar.is_parting(session, connection.partner):
        Placement.on(session, plan, connection).follow(session, wanted=plan.is_on_calendars, now=now, urgent=urgent)


def let_mail_stand_in(session: Session, linked: LinkedCalendar, now: datetime) -> None:
    """From now on nobody is let in: what the calendar was not yet told goes by mail. The caller holds the plans."""
    from rituals.plan import Plan

    couple = linked.connection.partner.couple
    if couple is not None and couple.is_open and linked.lets_nobody_in:
        for plan in Plan.living(session, couple):
            stand_in_for(session, plan, linked, now, urgent=True)


def take_away(session: Session, connection: CalendarConnection, now: datetime) -> None:
    """Everything of ours leaves this calendar."""
    linked = LinkedCalendar.of(session, connection)
    if linked is not None:
        step_back(session, linked, now)
        linked.part(Farewell.DELETE, now)
    for placement in Placement.all_on(session, connection.id):
        if linked is not None:
            placement.wanted = False
        else:
            placement.follow(session, wanted=False, now=now, urgent=True)


def part(session: Session, couple: Couple, partner: Partner, now: datetime, *, stays: bool) -> None:
    """The last word to this partner's calendars about a space that closes: it is all taken away, or nothing is said.

    Where it stays, what was still to be called off stays as well: no mail comes a day later to repair it.
    """
    from rituals.plan import Plan

    theirs = (
        select(Placement)
        .join(Plan, Plan.id == Placement.plan_id)
        .join(CalendarConnection, CalendarConnection.id == Placement.connection_id)
        .where(Plan.couple_id == couple.id, CalendarConnection.partner_id == partner.id)
    )
    theirs = theirs.order_by(Placement.connection_id, Placement.plan_id).with_for_update(of=Placement)
    for placement in session.scalars(theirs, execution_options={"populate_existing": True}).all():
        if placement.connection.is_linked:
            _part_linked(session, placement, now, stays=stays)
        elif not stays:
            placement.follow(session, wanted=False, now=now, urgent=True)
        elif not placement.wanted:
            placement.sequence = None


def _part_linked(session: Session, placement: Placement, now: datetime, *, stays: bool) -> None:
    """What stays in a calendar that is read back is not ours any more: it is neither written nor read again."""
    placement.wanted = False
    if stays:
        placement.is_off()
    elif (linked := LinkedCalendar.of(session, placement.connection)) is not None:
        linked.look_soon(now)
