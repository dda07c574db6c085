"""A wish to move one date, which waits for the other's yes; until then the old time stands."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.act import Act
from rituals.couple import Couple, Partner
from rituals.news import Happening, tell
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.recurrence import moment
from rituals.refused import StaleError
from rituals.storage import At, Base, Id, Moment, PrimaryKey, WallClock, stored


class SuggestionState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"


class Suggestion(Base):
    """One date, another start for it, and who would like that."""

    __tablename__ = "suggestion"
    __table_args__ = (
        Index(
            "uq_suggestion_open",
            "occurrence_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_suggestion_occurrence_id", "occurrence_id"),
    )

    id: Mapped[PrimaryKey]
    occurrence_id: Mapped[int] = mapped_column(Id, ForeignKey("occurrence.id", ondelete="CASCADE"))
    by_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    starts: Mapped[datetime] = mapped_column(WallClock)
    """In the plan's zone."""
    instead_of: Mapped[At]
    """The moment it would replace: once the date stands elsewhere, this is no question any more."""
    state: Mapped[SuggestionState] = mapped_column(stored(SuggestionState), default=SuggestionState.OPEN)
    suggested_at: Mapped[At]
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    occurrence: Mapped[Occurrence] = relationship()
    by: Mapped[Partner] = relationship()

    @classmethod
    def make(cls, act: Act, occurrence: Occurrence, starts: datetime) -> Self:
        """Ask the other; an open one for the same date is replaced, the very same one stays.

        The caller holds the plan's lock.
        """
        waiting = cls._open_for(act.session, occurrence)
        if waiting is not None:
            if waiting.by_id == act.by.id and waiting.starts == starts and waiting.is_open(act.now):
                return waiting
            waiting._settle(SuggestionState.REPLACED, act.now)
            act.session.flush()
        suggestion = cls(
            occurrence_id=occurrence.id,
            by_id=act.by.id,
            starts=starts,
            instead_of=occurrence.starts_at,
            state=SuggestionState.OPEN,
            suggested_at=act.now,
        )
        act.session.add(suggestion)
        act.session.flush()
        suggestion._tell(act, act.other, Happening.DATE_ASKED)
        suggestion._tell(act, act.by, Happening.DATE_WAITS)
        return suggestion

    @classmethod
    def of(cls, session: Session, partner: Partner, suggestion_id: int, *, lock: bool = False) -> Self | None:
        """One of this partner's couple; None for anybody else's, as for one that never was."""
        suggestion = session.get(cls, suggestion_id)
        if suggestion is None or Occurrence.of(session, partner, suggestion.occurrence_id, lock=lock) is None:
            return None
        if lock:
            session.refresh(suggestion)
        return suggestion

    @classmethod
    def waiting(cls, session: Session, couple: Couple, now: datetime) -> list[Self]:
        """Those of a couple that still want an answer, the next date first."""
        rows = (
            select(cls)
            .join(Occurrence, Occurrence.id == cls.occurrence_id)
            .join(Plan, Plan.id == Occurrence.plan_id)
            .where(Plan.couple_id == couple.id, cls.state == SuggestionState.OPEN, Occurrence.starts_at > now)
            .order_by(Occurrence.starts_at)
        )
        return [one for one in session.scalars(rows) if one.is_open(now)]

    @classmethod
    def open_for(cls, session: Session, occurrence: Occurrence, now: datetime) -> Self | None:
        """The one about this date that wants an answer."""
        waiting = cls._open_for(session, occurrence)
        return waiting if waiting is not None and waiting.is_open(now) else None

    @classmethod
    def was_granted(cls, session: Session, occurrence: Occurrence, partner: Partner) -> bool:
        """Whether this date stands where this partner had asked for it to stand."""
        recurrence = occurrence.plan.recurrence
        granted = select(cls.starts).where(
            cls.occurrence_id == occurrence.id, cls.by_id == partner.id, cls.state == SuggestionState.ACCEPTED
        )
        wished = session.scalars(granted)
        return recurrence is not None and any(moment(one, recurrence.zone) == occurrence.starts_at for one in wished)

    @property
    def starts_at(self) -> datetime:
        """The moment that is asked for."""
        recurrence = self.occurrence.plan.recurrence
        return moment(self.starts, recurrence.zone) if recurrence is not None else self.instead_of

    def is_open(self, now: datetime) -> bool:
        """Whether it still wants an answer: the date stands where it stood, and has not begun."""
        there = self.occurrence.stands() and self.occurrence.starts_at == self.instead_of
        return self.state == SuggestionState.OPEN and there and not self.occurrence.has_started(now)

    def awaits(self, partner: Partner, now: datetime) -> bool:
        return self.is_open(now) and self.by_id != partner.id

    def accept(self, act: Act) -> None:
        """A yes: the date moves, for both. The caller holds the plan's lock."""
        if self.state == SuggestionState.ACCEPTED:
            return
        self._must_await(act)
        self._settle(SuggestionState.ACCEPTED, act.now)
        self.occurrence.move(act, self.starts)

    def decline(self, act: Act) -> None:
        """A no: the old time stands, as it did."""
        if self.state == SuggestionState.DECLINED:
            return
        self._must_await(act)
        self._settle(SuggestionState.DECLINED, act.now)
        self._tell(act, self.by, Happening.DATE_DECLINED)

    def _tell(self, act: Act, partner: Partner, what: Happening) -> None:
        date, soon = self.occurrence, self.occurrence.is_near(act.now)
        tell(act.session, partner, date.plan_id, what, act.now, occurrence_id=date.id, soon=soon)

    def _must_await(self, act: Act) -> None:
        if not self.awaits(act.by, act.now):
            raise StaleError("This question has been settled in the meantime. Please have another look.")

    def _settle(self, state: SuggestionState, now: datetime) -> None:
        self.state, self.settled_at = state, now

    @classmethod
    def _open_for(cls, session: Session, occurrence: Occurrence) -> Self | None:
        named = select(cls).where(cls.occurrence_id == occurrence.id, cls.state == SuggestionState.OPEN)
        return session.scalar(named)
