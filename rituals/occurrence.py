"""One instance of a plan, named by its original local start, and what became of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.act import Act
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.news import Happening, tell
from rituals.placement import NEAR
from rituals.recurrence import Recurrence, moment
from rituals.refused import RefusedError, StaleError
from rituals.storage import At, Base, Id, Moment, PrimaryKey, WallClock, stored

if TYPE_CHECKING:
    from rituals.plan import Plan

FARTHEST_MOVE = timedelta(days=366)


class Standing(StrEnum):
    PLANNED = "planned"
    SKIPPED = "skipped"
    """Both know that this one is left out; it can be brought back."""
    DROPPED = "dropped"
    """No longer part of the plan: its rule changed, or it is paused or ended."""


class Outcome(StrEnum):
    """What the two say of it afterwards."""

    DONE = "done"
    MOVED = "moved"
    RESTED = "rested"


class Occurrence(Base):
    """What stands at a moment, with the prompt drawn for it and the mails on their way."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("plan_id", "original_starts"),
        Index("ix_occurrence_plan_id_starts_at", "plan_id", "starts_at"),
        Index("ix_occurrence_starts_at", "starts_at"),
    )

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"))
    original_starts: Mapped[datetime] = mapped_column(WallClock)
    starts_at: Mapped[At]
    ends_at: Mapped[At]
    standing: Mapped[Standing] = mapped_column(stored(Standing), default=Standing.PLANNED)
    prompt_title: Mapped[str | None] = mapped_column(String(120))
    prompt: Mapped[dict[str, str | list[str]] | None] = mapped_column(JSON(none_as_null=True))
    """The words as they were drawn: a deck that changes later changes nothing here."""
    outcome: Mapped[Outcome | None] = mapped_column(stored(Outcome))
    outcome_at: Mapped[datetime | None] = mapped_column(Moment)

    plan: Mapped["Plan"] = relationship()
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="occurrence", cascade="all, delete-orphan")

    @classmethod
    def of(cls, session: Session, partner: Partner, occurrence_id: int, *, lock: bool = False) -> "Occurrence | None":
        """This partner's occurrence with this id; None for anybody else's, as for one that never was."""
        occurrence = session.get(cls, occurrence_id)
        if occurrence is None or not partner.is_coupled or occurrence.plan.couple_id != partner.couple_id:
            return None
        if lock:
            if not occurrence.plan.hold(session, partner):
                return None
            session.refresh(occurrence)
        return occurrence

    def has_started(self, now: datetime) -> bool:
        return self.starts_at <= now

    def has_happened(self, now: datetime) -> bool:
        """Whether its moment came while it stood. One that was left out by then can still come back."""
        return self.stands() and self.has_started(now)

    def is_near(self, now: datetime) -> bool:
        """Whether it starts so soon that nothing about it can wait to be gathered with others."""
        return self.starts_at - now < NEAR

    @property
    def has_prompt(self) -> bool:
        return self.prompt_title is not None

    def stands(self) -> bool:
        return self.standing == Standing.PLANNED

    def move(self, act: Act, starts: datetime) -> None:
        """Put it at another wall-clock start in the plan's zone. Counts at once, for both."""
        recurrence = self._changeable(act.now)
        if moment(starts, recurrence.zone) <= act.now:
            raise RefusedError("That moment has passed. Please choose one that is still to come.", field="date")
        if starts - self.original_starts > FARTHEST_MOVE:
            raise RefusedError("That is more than a year away. Please choose a nearer date.", field="date")
        self._override(act, starts, Happening.MOVED)

    def skip(self, act: Act) -> None:
        """Leave it out, for both."""
        self._changeable(act.now)
        self._override(act, None, Happening.SKIPPED)

    def turn_away(self, act: Act, starts_at: datetime) -> None:
        """It was moved to this moment, which does not suit: it is left out, for both, and can be moved again."""
        if self.standing == Standing.SKIPPED:
            return
        if self.starts_at != starts_at:
            raise StaleError("It stands at another time by now. Please have another look.")
        self._changeable(act.now)
        self._override(act, None, Happening.NOT_SUITED)

    def restore(self, act: Act) -> None:
        """Bring a skipped one back at the start that the rule gives it."""
        recurrence = self._running()
        if self.has_happened(act.now) or moment(self.original_starts, recurrence.zone) <= act.now:
            raise RefusedError("Its time has passed, so it cannot come back. Another one can be moved instead.")
        self._override(act, self.original_starts, Happening.RESTORED)

    def leave_out(self, standing: Standing) -> None:
        """Not now: its mails are withdrawn, and an undelivered prompt goes back to the deck."""
        self.standing = standing
        for delivery in self.deliveries:
            delivery.withdraw()
        self.give_prompt_back()

    def give_prompt_back(self) -> None:
        """The drawn prompt returns to the deck, unless somebody may have read it."""
        if not any(one.copies or one.state in (State.SENT, State.UNKNOWN) for one in self.deliveries):
            self.prompt_title = self.prompt = None

    def record(self, outcome: Outcome, now: datetime) -> None:
        """What became of it, in either partner's words; the last word counts."""
        self.outcome, self.outcome_at = outcome, now

    def _changeable(self, now: datetime) -> Recurrence:
        recurrence = self._running()
        if self.has_started(now):
            raise RefusedError("It has already begun, so it cannot be moved or left out any more.")
        return recurrence

    def _running(self) -> Recurrence:
        recurrence = self.plan.recurrence
        if not self.plan.is_running or recurrence is None or self.standing == Standing.DROPPED:
            raise RefusedError("This ritual rests at the moment, so single dates cannot be changed.")
        return recurrence

    def _override(self, act: Act, starts: datetime | None, what: Happening) -> None:
        before = self.starts_at
        self.plan.override(act, self.original_starts, starts)
        self.plan.revise(act)
        soon = min(before, self.starts_at) - act.now < NEAR
        tell(act.session, act.other, self.plan_id, what, act.now, occurrence_id=self.id, soon=soon)
