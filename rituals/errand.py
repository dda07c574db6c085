"""Work promised to the outside as a row: when it is due, who holds it, and how often it may have gone out.

While a worker holds a row, `try_at` is the end of its lease; once it is settled, there is none. So one index
answers both 'what is due?' and 'what was abandoned?'. `holder` fences: a result counts only while the row
still names the one who reports it. `copies` is raised before a body leaves and lowered when it certainly
did not: so a worker that vanishes leaves behind how much may have gone out, for each row it held.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, Index, SmallInteger, case, func, or_, select, text, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.storage import At, Moment, PrimaryKey, stored

COPIES = 2
"""The most copies that may ever leave for one row: the second only when nobody can know of the first."""

_BACKOFF = (5, 15, 30, 60, 120, 300, 900, 1800, 3600)


class State(StrEnum):
    PLANNED = "planned"
    HANDING = "handing"
    """Held, and no copy has gone out before."""
    RETRYING = "retrying"
    """Held, and a copy may have gone out before: one more may leave, and it is the last."""
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


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is known of a row in the moment in which it was claimed, or closed instead."""

    id: int
    state: State
    due_at: datetime
    expires_at: datetime
    attempts: int
    copies: int

    @property
    def is_held(self) -> bool:
        return self.state in HELD

    def by_time(self) -> tuple[datetime, int]:
        return self.due_at, self.id


class Errand:
    """The columns and the life of such a row."""

    id: Mapped[PrimaryKey]
    state: Mapped[State] = mapped_column(stored(State), default=State.PLANNED)
    due_at: Mapped[datetime] = mapped_column(Moment, index=True)
    """What was promised. Nothing leaves before it."""
    try_at: Mapped[datetime | None] = mapped_column(Moment)
    """When somebody should look at the row again; None: never."""
    expires_at: Mapped[At]
    """From here on it is too late, and nothing leaves any more."""
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    holder: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    copies: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How many copies may have left. Recorded before the body goes, so that no crash can hide one."""

    @classmethod
    def claim(
        cls, session: Session, lease: Lease, *, now: datetime, limit: int, ready: ColumnElement[bool] | None = None
    ) -> list[Claimed]:
        """Hold up to `limit` rows that are due or abandoned, in one short statement; only `ready` ones if it is given.

        Rows that are too late, or that used up their copies, come back settled: `state` says so. The earliest due
        come first.
        """
        late = or_(cls.expires_at <= now, cls.copies >= COPIES)
        due = (
            select(cls.id)
            .where(cls.try_at <= now, true() if ready is None else or_(late, ready))
            .order_by(cls.try_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")  # looked up once: as a plain subquery PostgreSQL may look again, and lock more than `limit`
        )
        closing = case((cls.copies > 0, State.UNKNOWN.value), else_=State.EXPIRED.value)
        trying = case((cls.copies > 0, State.RETRYING.value), else_=State.HANDING.value)
        claimed = (
            update(cls)
            .where(cls.id.in_(select(due.c.id)))
            .values(
                state=case((late, closing), else_=trying),
                attempts=cls.attempts + case((late, 0), else_=1),
                holder=case((late, None), else_=lease.holder),
                try_at=case((late, None), else_=lease.until_at),
                settled_at=case((late, now), else_=None),
            )
            .returning(cls.id, cls.state, cls.due_at, cls.expires_at, cls.attempts, cls.copies)
        )
        return sorted((Claimed(*row) for row in session.connection().execute(claimed)), key=Claimed.by_time)

    @classmethod
    def next_at(cls, session: Session) -> datetime | None:
        """When somebody should look at the first of them; in the past if it is late."""
        # Said outright that settled rows do not matter: else SQLite reads every row, and that every second.
        return session.scalar(select(func.min(cls.try_at)).where(cls.try_at.is_not(None)))

    @classmethod
    def intend(cls, session: Session, row: int, lease: Lease, *, copies: int) -> bool:
        """Record, before the body leaves, how many copies may then have left. False: not ours any more."""
        return cls._settle(session, row, lease, copies=copies)

    @classmethod
    def mark_sent(cls, session: Session, row: int, lease: Lease, now: datetime) -> bool:
        return cls._settle(session, row, lease, state=State.SENT, holder=None, try_at=None, settled_at=now)

    @classmethod
    def mark_failed(cls, session: Session, row: int, lease: Lease, now: datetime, *, copies: int) -> bool:
        """Refused for good; `copies` is what may have left before this try."""
        return cls._settle(
            session, row, lease, state=State.FAILED, holder=None, try_at=None, settled_at=now, copies=copies
        )

    @classmethod
    def mark_unanswered(cls, session: Session, row: int, lease: Lease, now: datetime, *, try_at: datetime) -> bool:
        """A body left whole and no answer came. Tried once more, or closed if that was the last copy."""
        over = cls.copies >= COPIES
        return cls._settle(
            session,
            row,
            lease,
            state=case((over, State.UNKNOWN.value), else_=State.PLANNED.value),
            settled_at=case((over, now), else_=None),
            holder=None,
            try_at=case((over, None), else_=try_at),
        )

    @classmethod
    def give_back(cls, session: Session, row: int, lease: Lease, *, try_at: datetime, copies: int) -> bool:
        """Nothing left, for certain: only the `copies` from before this try may have."""
        return cls._settle(session, row, lease, state=State.PLANNED, holder=None, copies=copies, try_at=try_at)

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
    def revive(cls, session: Session, now: datetime, lease: timedelta) -> int:
        """After the clock was set back: undo what only the time that never came has caused.

        Rows closed as too late are open again, pauses and leases end no later than they would from now.
        """
        early = update(cls).where(cls.state == State.EXPIRED, cls.expires_at > now, cls.settled_at > now)
        revived = early.values(state=State.PLANNED, try_at=cls.due_at, settled_at=None, holder=None)
        paused = update(cls).where(cls.state == State.PLANNED, cls.try_at > now, cls.try_at > cls.due_at)
        held = update(cls).where(cls.state.in_(HELD), cls.try_at > now + lease)
        connection = session.connection()
        connection.execute(paused.values(try_at=cls.due_at))
        connection.execute(held.values(try_at=now + lease))
        return connection.execute(revived).rowcount

    def withdraw(self) -> None:
        """Not to be sent any more. A holder finds out before its body leaves."""
        if self.state in WAITING:
            self._count_what_leaves()
            self.state, self.holder, self.try_at = State.WITHDRAWN, None, None

    def postpone(self, try_at: datetime) -> None:
        """Let go of it untouched, and look again then."""
        self.state, self.holder, self.try_at = State.PLANNED, None, min(try_at, self.expires_at)

    def plan_for(self, due_at: datetime, expires_at: datetime) -> None:
        """To be sent at a moment that may differ from the one before. What may have gone out still counts."""
        self._count_what_leaves()
        self.state, self.holder, self.settled_at = State.PLANNED, None, None
        self.due_at = self.try_at = due_at
        self.expires_at = expires_at

    def _count_what_leaves(self) -> None:
        # In somebody's hands: the intent may be on its way into the database at this very moment.
        if self.state == State.HANDING:
            self.copies = max(self.copies, 1)


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many tries: seconds at first, an hour at most."""
    return timedelta(seconds=_BACKOFF[min(max(attempts, 1), len(_BACKOFF)) - 1])


def waiting_index(table: str) -> Index:
    """Finds what is due or abandoned, and nothing that is settled."""
    some = text("try_at IS NOT NULL")
    return Index(f"ix_{table}_try_at", "try_at", postgresql_where=some, sqlite_where=some)
