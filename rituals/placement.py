"""One plan on one partner's calendar: whether it should stand there, and what that calendar was last told."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ForeignKey, Integer, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.connection import CalendarConnection, Way
from rituals.couple import Couple, Partner
from rituals.outbox import GATHERED_FOR, Draft, Letter, LetterKind
from rituals.storage import Base, Id, PrimaryKey

if TYPE_CHECKING:
    from rituals.plan import Plan

NEAR = timedelta(minutes=30)
"""A change this close to a start is not held back to be gathered with others."""


REPAIRED_EVERY = timedelta(days=1)


class Placement(Base):
    """Desired against told. For e-mail, told is all that can be known."""

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("plan_id", "connection_id"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(Id, ForeignKey("calendar_connection.id", ondelete="CASCADE"), index=True)
    wanted: Mapped[bool] = mapped_column(Boolean)
    sequence: Mapped[int | None] = mapped_column(Integer)
    """The plan's sequence that the calendar was last told; None: nothing yet, or all taken away again."""

    plan: Mapped["Plan"] = relationship()
    connection: Mapped[CalendarConnection] = relationship()

    @classmethod
    def on(cls, session: Session, plan: "Plan", connection: CalendarConnection) -> "Placement":
        """The placement of this plan on this calendar, made if there is none."""
        ours = select(cls).where(cls.plan_id == plan.id, cls.connection_id == connection.id).with_for_update()
        placement = session.scalar(ours, execution_options={"populate_existing": True})
        if placement is None:
            placement = cls(plan_id=plan.id, connection_id=connection.id, wanted=False, sequence=None)
            session.add(placement)
            session.flush()
        return placement

    def knows(self, plan: "Plan") -> bool:
        """Whether this calendar was told how the plan stands now."""
        return self.sequence is not None and self.sequence >= plan.sequence

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
    for placement in session.scalars(theirs).all():
        if not stays:
            placement.follow(session, wanted=False, now=now, urgent=True)
        elif not placement.wanted:
            placement.sequence = None


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
        .where(or_(behind, left_over), Partner.bounced_at.is_(None), ~recent.exists())
        .limit(limit)
    )
    placements = session.scalars(rows).all()
    for placement in placements:
        placement.follow(session, wanted=placement.wanted, now=now, urgent=True)
    return len(placements)
