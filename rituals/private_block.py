"""Stretches that a partner keeps for themselves: 'not then', without a why."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.couple import Partner
from rituals.refused import RefusedError
from rituals.storage import At, Base, Id, PrimaryKey
from rituals.zone import moment

BLOCKS_AT_MOST = 40
LONGEST = timedelta(days=92)
FARTHEST = timedelta(days=366)


class PrivateBlock(Base):
    """One stretch. It has no name, and nobody but its owner is ever shown that it is there."""

    __tablename__ = "private_block"
    __table_args__ = (
        Index("ix_private_block_partner_id_ends_at", "partner_id", "ends_at"),
        Index("ix_private_block_ends_at", "ends_at"),
    )

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"))
    starts_at: Mapped[At]
    ends_at: Mapped[At]

    @classmethod
    def keep(cls, session: Session, partner: Partner, starts: datetime, ends: datetime, now: datetime) -> Self:
        """Not then, by this partner's own clock. The same stretch again is the same block. Raises RefusedError."""
        session.refresh(partner, with_for_update=True)
        if starts >= ends:
            raise RefusedError("This ends before it begins.", field="ends")
        starts_at, ends_at = moment(starts, partner.zone), moment(ends, partner.zone)
        if ends_at <= now:
            raise RefusedError("That is over already.", field="ends")
        if ends_at - starts_at > LONGEST:
            raise RefusedError("Three months is the longest at a time.", field="ends")
        if starts_at > now + FARTHEST:
            raise RefusedError("That is more than a year away.", field="starts")
        session.execute(delete(cls).where(cls.partner_id == partner.id, cls.ends_at <= now))
        there = cls._there(session, partner, starts_at, ends_at)
        if there is not None:
            return there
        if cls._count(session, partner) >= BLOCKS_AT_MOST:
            raise RefusedError("That is a great many. Take one away that is no longer needed.", field="starts")
        block = cls(partner_id=partner.id, starts_at=starts_at, ends_at=ends_at)
        session.add(block)
        session.flush()
        return block

    @classmethod
    def of(cls, session: Session, partner: Partner, block_id: int) -> Self | None:
        """This partner's own; None for anybody else's, the other partner's included."""
        return session.scalar(select(cls).where(cls.id == block_id, cls.partner_id == partner.id))

    @classmethod
    def ahead(cls, session: Session, partner: Partner, now: datetime) -> Sequence[Self]:
        mine = select(cls).where(cls.partner_id == partner.id, cls.ends_at > now)
        return session.scalars(mine.order_by(cls.starts_at)).all()

    @classmethod
    def between(cls, session: Session, partner_ids: Sequence[int], since: datetime, until: datetime) -> Sequence[Self]:
        """Those of any of them that touch this time."""
        near = cls.partner_id.in_(partner_ids), cls.ends_at > since, cls.starts_at < until
        return session.scalars(select(cls).where(*near).order_by(cls.starts_at)).all()

    @classmethod
    def forget(cls, session: Session, now: datetime) -> None:
        """Those that are over."""
        session.execute(delete(cls).where(cls.ends_at <= now))

    def lift(self, session: Session) -> None:
        session.delete(self)
        session.flush()

    @classmethod
    def _there(cls, session: Session, partner: Partner, starts_at: datetime, ends_at: datetime) -> Self | None:
        same = cls.partner_id == partner.id, cls.starts_at == starts_at, cls.ends_at == ends_at
        return session.scalar(select(cls).where(*same).limit(1))

    @classmethod
    def _count(cls, session: Session, partner: Partner) -> int:
        return session.scalar(select(func.count()).where(cls.partner_id == partner.id)) or 0
