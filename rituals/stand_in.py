"""While a connected calendar lets nobody in, what changes comes to its owner by mail invitation instead."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rituals.connection import CalendarConnection, Way
from rituals.linked_calendar import LinkedCalendar
from rituals.placement import Placement

if TYPE_CHECKING:
    from rituals.plan import Plan


def stand_in_for(session: Session, plan: "Plan", linked: LinkedCalendar, now: datetime, *, urgent: bool) -> None:
    """Tell its owner by mail how the plan stands. What stands rightly in the calendar needs no mail.

    The caller holds the plan's lock.
    """
    told = Placement.on(session, plan, linked.connection)
    stand_in = _stand_in(session, linked)
    if stand_in is None and (told.is_settled(plan) or not plan.is_on_calendars):
        return
    stand_in = stand_in or _begin(session, linked, now)
    Placement.on(session, plan, stand_in).follow(session, wanted=plan.is_on_calendars, now=now, urgent=urgent)


def step_back(session: Session, linked: LinkedCalendar, now: datetime) -> None:
    """The calendar can be written again, or another way was chosen: what came by mail is called off."""
    stand_in = _stand_in(session, linked)
    if stand_in is None:
        return
    for placement in Placement.all_on(session, stand_in.id):
        placement.follow(session, wanted=False, now=now, urgent=True)
    linked.stand_in_id = None


def _stand_in(session: Session, linked: LinkedCalendar) -> CalendarConnection | None:
    return session.get(CalendarConnection, linked.stand_in_id) if linked.stand_in_id is not None else None


def _begin(session: Session, linked: LinkedCalendar, now: datetime) -> CalendarConnection:
    """A connection beside the current one, ended from its beginning: it is never the way that was chosen."""
    partner_id = linked.connection.partner_id
    before = session.scalar(select(func.count()).where(CalendarConnection.partner_id == partner_id)) or 0
    stand_in = CalendarConnection(partner_id=partner_id, way=Way.MAIL, since_at=now, ended_at=now, generation=before)
    session.add(stand_in)
    session.flush()
    linked.stand_in_id = stand_in.id
    return stand_in
