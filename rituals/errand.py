"""Work promised to the outside as a row: when it is due, who holds it, and how often it may have gone out.

While a worker holds a row, `try_at` is the end of its lease; once it is settled, there is none. So one index
answers both 'what is due?' and 'what was abandoned?'. `holder` fences: a result counts only while the row
still names the one who reports it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import BigInteger, Index, SmallInteger, case, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from rituals.storage import At, Moment, PrimaryKey, stored

COPIES = 2
"""The most copies that may ever leave for one row: the second only when nobody can know of the first."""

_BACKOFF = (5, 15, 30, 60, 120, 300, 900, 1800, 3600)


class State(StrEnum):
    PLANNED = "planned"
    HANDING = "handing"
    """Held for its first try. If the holder vanishes, one copy may have gone out."""
    RETRYING = "retrying"
    """Held again after a try of unknown end. The intent is recorded before the body leaves."""
    SENT = "sent"
    UNKNOWN = "unknown"
    """The most copies may have gone out and none was confirmed. Nobody tries again."""
    EXPIRED = "expired"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


WAITING = (State.PLANNED, State.HANDING, State.RETRYING)
HELD = (State.HANDING, State.RETRYING)


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's right to act on the rows it claimed, until a moment."""

    holder: int
    until_at: datetime

    @classmethod
    def take(cls, now: datetime, length: timedelta) -> "Lease":
        return cls(secrets.randbits(62), now + length)


class Errand:
    """The columns and the life of such a row."""

    id: Mapped[PrimaryKey]
    state: Mapped[State] = mapped_column(stored(State), default=State.PLANNED)
    due_at: Mapped[At]
    """What was promised. Nothing leaves before it."""
    try_at: Mapped[datetime | None] = mapped_column(Moment)
    """When somebody should look at the row again; None: never."""
    expires_at: Mapped[At]
    """From here on it is too late, and nothing leaves any more."""
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    holder: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    copies: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How many copies may have arrived without anybody knowing."""

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        some = text("try_at IS NOT NULL")
        return (Index(f"ix_{cls.__name__.lower()}_try_at", "try_at", postgresql_where=some, sqlite_where=some),)

    @classmethod
    def claim(cls, session: Session, lease: Lease, *, now: datetime, limit: int) -> Sequence[Self]:
        """Hold up to `limit` rows that are due or abandoned, in one short statement.

        Rows that are too late, or that used up their copies, come back settled: `state` says so.
        """
        due = (
            select(cls.id).where(cls.try_at <= now).order_by(cls.try_at).limit(limit).with_for_update(skip_locked=True)
        )
        gone = cls.copies + case((cls.state == State.HANDING, 1), else_=0)
        late = or_(cls.expires_at <= now, gone >= COPIES)
        closing = case((gone > 0, State.UNKNOWN.value), else_=State.EXPIRED.value)
        trying = case((gone > 0, State.RETRYING.value), else_=State.HANDING.value)
        claimed = (
            update(cls)
            .where(cls.id.in_(due.scalar_subquery()))
            .values(
                state=case((late, closing), else_=trying),
                copies=gone,
                attempts=cls.attempts + case((late, 0), else_=1),
                holder=lease.holder,
                try_at=case((late, None), else_=lease.until_at),
                settled_at=case((late, now), else_=None),
            )
            .returning(cls)
            .execution_options(populate_existing=True, synchronize_session=False)
        )
        return session.scalars(claimed).all()

    @classmethod
    def still_held(cls, session: Session, row: int, lease: Lease) -> bool:
        """Whether this row is still ours: not withdrawn, moved, or taken over."""
        held = select(cls.id).where(cls.id == row, cls.holder == lease.holder, cls.state.in_(HELD))
        return session.scalar(held) is not None

    @classmethod
    def intend(cls, session: Session, row: int, lease: Lease) -> bool:
        """Record, before the body leaves, that one more copy may arrive. False: not ours any more."""
        return cls._settle(session, row, lease, copies=cls.copies + 1)

    @classmethod
    def mark_sent(cls, session: Session, row: int, lease: Lease, now: datetime) -> bool:
        return cls._settle(session, row, lease, state=State.SENT, holder=None, try_at=None, settled_at=now)

    @classmethod
    def mark_failed(cls, session: Session, row: int, lease: Lease, now: datetime) -> bool:
        return cls._settle(session, row, lease, state=State.FAILED, holder=None, try_at=None, settled_at=now)

    @classmethod
    def mark_unanswered(cls, session: Session, row: int, lease: Lease, *, try_at: datetime) -> bool:
        """A body left whole and no answer came. Tried once more, or closed if that was the last copy."""
        gone = case((cls.state == State.HANDING, cls.copies + 1), else_=cls.copies)
        return cls._settle(
            session,
            row,
            lease,
            copies=gone,
            state=case((gone >= COPIES, State.UNKNOWN.value), else_=State.PLANNED.value),
            settled_at=case((gone >= COPIES, try_at), else_=None),
            holder=None,
            try_at=case((gone >= COPIES, None), (cls.expires_at < try_at, cls.expires_at), else_=try_at),
        )

    @classmethod
    def give_back(cls, session: Session, row: int, lease: Lease, *, try_at: datetime, intended: bool) -> bool:
        """Nothing left, for certain. An intent that was recorded is taken back."""
        return cls._settle(
            session,
            row,
            lease,
            state=State.PLANNED,
            holder=None,
            copies=cls.copies - (1 if intended else 0),
            try_at=case((cls.expires_at < try_at, cls.expires_at), else_=try_at),
        )

    @classmethod
    def _settle(cls, session: Session, row: int, lease: Lease, **values: object) -> bool:
        ours = (
            update(cls)
            .where(cls.id == row, cls.holder == lease.holder, cls.state.in_(HELD))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return bool(session.connection().execute(ours).rowcount)

    @classmethod
    def revive(cls, session: Session, now: datetime) -> int:
        """After the clock was set back: what was closed as too late, though its time is still to come."""
        early = (
            update(cls)
            .where(cls.state == State.EXPIRED, cls.expires_at > now, cls.settled_at > now)
            .values(state=State.PLANNED, try_at=cls.due_at, settled_at=None, holder=None)
            .execution_options(synchronize_session=False)
        )
        return session.connection().execute(early).rowcount

    def withdraw(self) -> None:
        """Not to be sent any more. A holder finds out before its body leaves."""
        if self.state in WAITING:
            self.copies += self.state == State.HANDING
            self.state, self.holder, self.try_at = State.WITHDRAWN, None, None

    def plan_for(self, due_at: datetime, expires_at: datetime) -> None:
        """To be sent at a moment that may differ from the one before. What may have gone out still counts."""
        self.copies += self.state == State.HANDING
        self.state, self.holder, self.settled_at = State.PLANNED, None, None
        self.due_at = self.try_at = due_at
        self.expires_at = expires_at


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many tries: seconds at first, an hour at most."""
    return timedelta(seconds=_BACKOFF[min(max(attempts, 1), len(_BACKOFF)) - 1])
