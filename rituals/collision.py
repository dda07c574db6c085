"""A day before: whether a date now meets something in a partner's calendar. Only that partner is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, exists, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from rituals.act import Act
from rituals.connection import CalendarConnection
from rituals.couple import Couple, Partner
from rituals.ics_address import IcsAddress
from rituals.linked_calendar import LinkedCalendar
from rituals.occurrence import Occurrence, Standing
from rituals.offer import Offer
from rituals.outbox import Letter, LetterKind
from rituals.plan import Plan, PlanState
from rituals.refused import StaleError
from rituals.storage import At, Base, Id, PrimaryKey, stored
from rituals.zone import wall_clock

LOOKED_AHEAD = timedelta(hours=26)
"""A little more than a day, so that the question comes while there is a day left."""
TOO_LATE = timedelta(hours=3)
"""Closer to its start than this, nobody is asked any more."""


class CollisionState(StrEnum):
    CLEAR = "clear"
    """Looked at once, and nothing found: it is not looked at again."""
    ASKED = "asked"
    SETTLED = "settled"


class Collision(Base):
    """One date at one moment, looked at once for one partner."""

    __tablename__ = "collision"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "partner_id", "starts_at"),
        Index("ix_collision_starts_at", "starts_at"),
    )

    id: Mapped[PrimaryKey]
    occurrence_id: Mapped[int] = mapped_column(Id, ForeignKey("occurrence.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[At]
    looked_at: Mapped[At]
    state: Mapped[CollisionState] = mapped_column(stored(CollisionState))

    occurrence: Mapped[Occurrence] = relationship()
    partner: Mapped[Partner] = relationship()

    @classmethod
    def due(cls, session: Session, now: datetime, limit: int) -> Sequence["Look"]:
        """Dates that begin in a day, with the partners whose calendars nobody has looked at yet."""
        mine = aliased(cls)
        looked = exists().where(
            mine.occurrence_id == Occurrence.id, mine.partner_id == Partner.id, mine.starts_at == Occurrence.starts_at
        )
        rows = (
            select(Occurrence.id, Partner.id)
            .join(Plan, Plan.id == Occurrence.plan_id)
            .join(Couple, Couple.id == Plan.couple_id)
            .join(Partner, Partner.couple_id == Couple.id)
            .where(Occurrence.starts_at > now + TOO_LATE, Occurrence.starts_at <= now + LOOKED_AHEAD)
            .where(Occurrence.standing == Standing.PLANNED, Plan.state == PlanState.AGREED, Couple.closed_at.is_(None))
            .where(~looked, or_(_lets_look(), _is_linked()))
            .order_by(Occurrence.starts_at, Partner.id)
        )
        return [Look(occurrence, partner) for occurrence, partner in session.execute(rows.limit(limit))]

    @classmethod
    def note(cls, act: Act, occurrence: Occurrence, starts_at: datetime, *, collides: bool) -> Self | None:
        """What came of looking; if it collides, its owner is asked by one mail. None: somebody was quicker.

        The caller holds the plan's lock.
        """
        same = cls.occurrence_id == occurrence.id, cls.partner_id == act.by.id, cls.starts_at == starts_at
        if act.session.scalar(select(cls.id).where(*same)) is not None:
            return None
        state = CollisionState.ASKED if collides else CollisionState.CLEAR
        noted = cls(
            occurrence_id=occurrence.id, partner_id=act.by.id, starts_at=starts_at, looked_at=act.now, state=state
        )
        act.session.add(noted)
        act.session.flush()
        if noted.is_open(act.now):
            noted._ask(act)
        return noted

    @classmethod
    def of(cls, session: Session, partner: Partner, collision_id: int, *, lock: bool = False) -> Self | None:
        """This partner's own; None for anybody else's, the other partner's included."""
        noted = session.scalar(select(cls).where(cls.id == collision_id, cls.partner_id == partner.id))
        if noted is None or noted.state == CollisionState.CLEAR:
            return None
        if Occurrence.of(session, partner, noted.occurrence_id, lock=lock) is None:
            return None
        if lock:
            session.refresh(noted)
        return noted

    def is_open(self, now: datetime) -> bool:
        """Whether it still wants an answer: the date stands where it stood, and has not begun."""
        date = self.occurrence
        there = date.plan.is_running and date.stands() and date.starts_at == self.starts_at
        return self.state == CollisionState.ASKED and there and not date.has_started(now)

    def keep(self) -> None:
        """It stays as it is; nobody else learns that there was a question."""
        self.state = CollisionState.SETTLED

    def times(self, session: Session, now: datetime) -> list[datetime]:
        """Where it could go instead: what is still to come of the three that are pinned for its week."""
        plan = self.occurrence.plan
        day = wall_clock(self.starts_at, self.partner.zone).date()
        offer = Offer.known(session, plan.couple, plan.ritual, day)
        return [start for start in offer.ahead(now) if start != self.starts_at] if offer is not None else []

    def move(self, act: Act, starts_at: datetime) -> None:
        """To one of those times. The other is told, as of every move. The caller holds the plan's lock."""
        self._must_be_open(act)
        recurrence = self.occurrence.plan.recurrence
        if recurrence is None or starts_at not in self.times(act.session, act.now):
            raise StaleError("This time is not offered any more. Please choose another.")
        self.occurrence.move(act, wall_clock(starts_at, recurrence.zone))
        self.state = CollisionState.SETTLED

    def skip(self, act: Act) -> None:
        self._must_be_open(act)
        self.occurrence.skip(act)
        self.state = CollisionState.SETTLED

    def _must_be_open(self, act: Act) -> None:
        if not self.is_open(act.now):
            raise StaleError("This date has changed in the meantime. Please have another look.")

    def _ask(self, act: Act) -> None:
        Letter.write(
            act.session,
            LetterKind.COLLISION,
            to=act.by.address,
            about_id=self.id,
            partner_id=act.by.id,
            now=act.now,
            expires_at=self.starts_at - TOO_LATE,
        )


def _lets_look() -> ColumnElement[bool]:
    return exists().where(IcsAddress.partner_id == Partner.id)


def _is_linked() -> ColumnElement[bool]:
    current = CalendarConnection.partner_id == Partner.id, CalendarConnection.ended_at.is_(None)
    return exists().where(LinkedCalendar.connection_id == CalendarConnection.id, *current)


@dataclass(frozen=True, slots=True)
class Look:
    """One date to be looked at for one partner."""

    occurrence_id: int
    partner_id: int
