"""'Find a time': three starts that suit both, found once for a ritual and week, and kept."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from rituals.act import Act
from rituals.couple import Couple
from rituals.refused import RefusedError
from rituals.storage import At, Base, Id, Moment, PrimaryKey, stored
from rituals.zone import moment, wall_clock

FARTHEST = timedelta(weeks=8)
A_WEEK_AT_MOST = 3
"""Rituals for one week: what more would tell is counted in tests/rituals/test_what_offers_tell.py."""
AHEAD = timedelta(hours=2)
"""Nothing is offered that begins sooner."""
LEASE = timedelta(minutes=2)


class OfferState(StrEnum):
    ASKED = "asked"
    FOUND = "found"
    NOTHING = "nothing"
    """Fewer than three suit both, or nothing was known: nobody can tell which."""


class Offer(Base):
    """One answer for a couple, ritual and week, whoever asks and however often."""

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("couple_id", "ritual", "week"),
        Index("ix_offer_look_at", "look_at"),
        Index("ix_offer_until_at", "until_at"),
    )

    id: Mapped[PrimaryKey]
    couple_id: Mapped[int] = mapped_column(Id, ForeignKey("couple.id", ondelete="CASCADE"))
    ritual: Mapped[str] = mapped_column(String(64))
    week: Mapped[date] = mapped_column(Date)
    """Its Monday."""
    since_at: Mapped[At]
    until_at: Mapped[At]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[OfferState] = mapped_column(stored(OfferState), default=OfferState.ASKED)
    starts: Mapped[list[str]] = mapped_column(JSON, default=list)
    asked_at: Mapped[At]
    look_at: Mapped[datetime | None] = mapped_column(Moment)
    """When somebody should find it; None once it is settled."""

    couple: Mapped[Couple] = relationship()

    @classmethod
    def ask(cls, act: Act, ritual: str, minutes: int, day: date) -> Self:
        """For the week of this day, on the clock of the one who asks. Raises RefusedError."""
        couple, week = act.couple, monday(day)
        act.session.refresh(couple, with_for_update=True)
        _ = act.couple  # it may have been left while we waited
        known = cls.known(act.session, couple, ritual, day)
        if known is not None:
            return known
        since_at, until_at = (moment(datetime.combine(at, time()), act.by.zone) for at in (week, week + _WEEK))
        if until_at <= act.now + AHEAD:
            raise RefusedError("That week is over. Choose a day that is still to come.", field="date")
        if since_at > act.now + FARTHEST:
            raise RefusedError("That is more than eight weeks away. Choose a nearer day first.", field="date")
        if cls._asked_for(act.session, couple, week) >= A_WEEK_AT_MOST:
            raise RefusedError(
                "For that week you have looked for enough. Choose a time yourselves, or another week.", field="date"
            )
        offer = cls(
            couple_id=couple.id,
            ritual=ritual,
            week=week,
            since_at=since_at,
            until_at=until_at,
            minutes=minutes,
            state=OfferState.ASKED,
            starts=[],
            asked_at=act.now,
            look_at=act.now,
        )
        act.session.add(offer)
        act.session.flush()
        return offer

    @classmethod
    def known(cls, session: Session, couple: Couple, ritual: str, day: date) -> Self | None:
        """What was asked for the week of this day, found or not."""
        same = cls.couple_id == couple.id, cls.ritual == ritual, cls.week == monday(day)
        return session.scalar(select(cls).where(*same))

    @classmethod
    def claim(cls, session: Session, now: datetime) -> Self | None:
        """The one that has waited longest; nobody else is given it for a while, nor another one of this couple's.

        So calendars that are slow, perhaps on purpose, never keep more than one of those who look.
        """
        theirs = aliased(cls)
        in_hand = exists().where(theirs.couple_id == cls.couple_id, theirs.look_at > now)
        due = select(cls).where(cls.look_at <= now, ~in_hand).order_by(cls.look_at, cls.id).limit(1)
        offer = session.scalar(due.with_for_update(skip_locked=True))
        if offer is not None:
            offer.look_at = now + LEASE
        return offer

    @classmethod
    def next_at(cls, session: Session) -> datetime | None:
        return session.scalar(select(func.min(cls.look_at)).where(cls.look_at.is_not(None)))

    @classmethod
    def forget(cls, session: Session, now: datetime) -> None:
        """Those of weeks that are over."""
        session.execute(delete(cls).where(cls.until_at < now - _WEEK))

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """Within which it is looked for."""
        return max(self.since_at, now + AHEAD), self.until_at

    def fill(self, starts: Sequence[datetime]) -> None:
        """Settled for good: what is asked again has the same answer."""
        if self.state == OfferState.ASKED:
            self.state = OfferState.FOUND if starts else OfferState.NOTHING
            self.starts, self.look_at = [start.isoformat() for start in starts], None

    def ahead(self, now: datetime) -> list[datetime]:
        """Those of its starts that are still to come, in order."""
        found = (datetime.fromisoformat(start) for start in self.starts)
        return [start for start in found if start >= now + AHEAD]

    @classmethod
    def _asked_for(cls, session: Session, couple: Couple, week: date) -> int:
        same = cls.couple_id == couple.id, cls.week == week
        return session.scalar(select(func.count()).select_from(cls).where(*same)) or 0


_WEEK = timedelta(weeks=1)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(at: datetime, zone: str) -> date:
    """The Monday of the week of a moment, by that clock."""
    return monday(wall_clock(at, zone).date())
