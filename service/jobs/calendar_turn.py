"""One turn of one connected calendar: the rows it is about, as long as they are in these hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from rituals.act import Act
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.errand import Lease
from rituals.linked_calendar import Farewell, LinkedCalendar
from rituals.placement import Placement
from rituals.plan import Plan
from service.services import Services

TURN = timedelta(minutes=2)
"""After so long nothing new is begun; the rest comes with the next turn."""


class TurnLostError(Exception):
    """Somebody else holds this calendar by now, or it is to be left."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which calendar, in whose hands, since when."""

    services: Services
    linked_id: int
    connection_id: int
    lease: Lease
    began_at: datetime
    farewell: Farewell | None = None
    """What it is about, if its owner has disconnected it."""

    @property
    def is_over(self) -> bool:
        return self.services.clock() - self.began_at > TURN

    def go_on(self) -> None:
        """Raises CalendarError where it has lasted too long: what has come in by now need not come in again."""
        if self.is_over:
            raise CalendarError("There was no time for all of it.", Trouble.BUSY)

    def check(self, session: Session) -> None:
        """Raises TurnLostError where somebody else has taken over, or its owner has disconnected it meanwhile."""
        row = select(LinkedCalendar.holder, LinkedCalendar.farewell).where(LinkedCalendar.id == self.linked_id)
        if session.execute(row).one_or_none() != (self.lease.holder, self.farewell):
            raise TurnLostError

    def placements(self, session: Session) -> Sequence[Placement]:
        """With all that their events are made of: most turns find nothing to do, and should take little for it."""
        plan = joinedload(Placement.plan)
        loaded = plan.selectinload(Plan.versions), plan.selectinload(Plan.overrides)
        return session.scalars(select(Placement).where(self._here()).order_by(Placement.plan_id).options(*loaded)).all()

    def find(self, session: Session, uid: str) -> Placement | None:
        """The placement here of the plan with this UID."""
        named = select(Placement).join(Plan, Plan.id == Placement.plan_id).where(Plan.uid == uid, self._here())
        return session.scalar(named)

    def hold(self, session: Session, plan_id: int) -> Placement | None:
        """The placement, locked, and before it the calendar: nobody takes over until this is written down."""
        LinkedCalendar.held(session, self.linked_id, self.lease)
        self.check(session)
        return session.scalar(select(Placement).where(Placement.plan_id == plan_id, self._here()).with_for_update())

    def act_on(self, session: Session, uid: str) -> tuple[Act, Plan, Placement] | None:
        """The plan and its placement here, locked, and the calendar's owner acting at this moment."""
        session.connection()
        placement = self.find(session, uid)
        if placement is None:
            return None
        partner = placement.connection.partner
        plan = Plan.of(session, partner, placement.plan_id, lock=True)
        if plan is None:
            return None
        LinkedCalendar.hold_all(session, *plan.couple.partners)
        self.check(session)
        session.refresh(placement, with_for_update=True)
        return Act(session, partner, self.services.clock(), self.services.settings.prompt_window), plan, placement

    def _here(self) -> ColumnElement[bool]:
        return Placement.connection_id == self.connection_id
