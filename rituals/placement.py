"""One plan on one partner's calendar: whether it should stand there, and what that calendar was last told."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ForeignKey, Integer, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.connection import CalendarConnection, Way
from rituals.outbox import GATHERED_FOR, Draft, Letter, LetterKind
from rituals.storage import Base, Id, PrimaryKey

if TYPE_CHECKING:
    from rituals.plan import Plan

NEAR = timedelta(minutes=30)
"""A change this close to a start is not held back to be gathered with others."""


class Placement(Base):
    """Desired against told. For e-mail, told is all that can be known."""

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("plan_id", "connection_id"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(Id, ForeignKey("calendar_connection.id", ondelete="CASCADE"), index=True)
    wanted: Mapped[bool] = mapped_column(Boolean)
    sequence: Mapped[int | None] = mapped_column(Integer)
    """The SEQUENCE that the calendar was last told; None: nothing yet, or all taken away again."""

    plan: Mapped["Plan"] = relationship()
    connection: Mapped[CalendarConnection] = relationship()

    @classmethod
    def on(cls, session: Session, plan: "Plan", connection: CalendarConnection) -> "Placement":
        """The placement of this plan on this calendar, made if there is none."""
        ours = select(cls).where(cls.plan_id == plan.id, cls.connection_id == connection.id)
        placement = session.scalar(ours)
        if placement is None:
            placement = cls(plan_id=plan.id, connection_id=connection.id, wanted=False, sequence=None)
            session.add(placement)
            session.flush()
        return placement

    def follow(self, session: Session, *, wanted: bool, now: datetime, urgent: bool) -> None:
        """Bring this calendar in line with the plan, by a letter that says how it stands when it goes."""
        self.wanted = wanted
        letter = Letter.waiting(session, LetterKind.CALENDAR, self.id)
        if not wanted and self.sequence is None:
            if letter is not None:
                letter.withdraw()
            return
        held_back = self.sequence is not None and wanted and not urgent
        due_at = now + GATHERED_FOR if held_back else now
        if letter is None:
            self._write(session, due_at, now)
        else:
            session.query(Draft).where(Draft.letter_id == letter.id).delete()
            letter.plan_for(min(letter.due_at, due_at), letter.expires_at)

    def told(self, sequence: int | None) -> None:
        """The calendar has been told this much; None: that everything is off."""
        self.sequence = sequence

    def _write(self, session: Session, due_at: datetime, now: datetime) -> None:
        partner = self.connection.partner
        Letter.write(
            session,
            LetterKind.CALENDAR,
            to=partner.address,
            about_id=self.id,
            partner_id=partner.id,
            due_at=due_at,
            now=now,
        )


def place(session: Session, plan: "Plan", now: datetime, *, urgent: bool) -> None:
    """Let the plan's calendars follow it: both partners', each by the way its owner chose."""
    for partner in plan.couple.partners:
        connection = CalendarConnection.current(session, partner)
        if connection is not None and connection.way == Way.MAIL:
            Placement.on(session, plan, connection).follow(session, wanted=plan.is_on_calendars, now=now, urgent=urgent)


def take_away(session: Session, connection: CalendarConnection, now: datetime) -> None:
    """Everything of ours leaves this calendar."""
    for placement in session.scalars(select(Placement).where(Placement.connection_id == connection.id)):
        if placement.sequence is not None:
            placement.plan.sequence += 1
        placement.follow(session, wanted=False, now=now, urgent=True)
