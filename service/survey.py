"""One look at how the whole service is doing, from its rows: for machines that watch, and for people.

Every question is answered by an index or stops at a bound, so that a look costs the same for a million couples.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from rituals.calendar_interfaces import Trouble
from rituals.delivery import Delivery
from rituals.heartbeat import ALIVE_FOR, Heartbeat
from rituals.linked_calendar import LinkedCalendar
from rituals.outbox import Draft, Letter
from rituals.plan import Plan

Kind = type[Delivery] | type[Letter]
KINDS: tuple[Kind, ...] = (Delivery, Letter)

MANY = 100_000
"""What waits is counted no further than this."""
MANY_DRAFTS = 10_000
"""The same for composed mails, which are large."""
MANY_TROUBLED = 10_000
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a worker to look at it."""

    due: int
    late: timedelta
    """How long the first of them has been waiting."""

    @classmethod
    def read(cls, session: Session, kind: Kind, now: datetime) -> "Queue":
        first = kind.next_at(session)
        late = max(now - first, NOTHING) if first is not None else NOTHING
        return cls(counted(session, select(kind.id).where(kind.try_at <= now).order_by(kind.try_at), MANY), late)


@dataclass(frozen=True, slots=True)
class Calendars:
    """Connected calendars."""

    late: timedelta
    """How long the first that should be looked at has been waiting."""
    unread_for: timedelta
    """How long ago the one was read that was not read for longest."""
    troubled: dict[Trouble, int]

    @classmethod
    def read(cls, session: Session, now: datetime) -> "Calendars":
        look_at = session.scalar(select(func.min(LinkedCalendar.look_at)).where(LinkedCalendar.look_at.is_not(None)))
        read_at = session.scalar(
            select(func.min(LinkedCalendar.read_at)).where(
                LinkedCalendar.look_at.is_not(None), LinkedCalendar.read_at.is_not(None)
            )
        )
        return cls(
            late=max(now - look_at, NOTHING) if look_at is not None else NOTHING,
            unread_for=max(now - read_at, NOTHING) if read_at is not None else NOTHING,
            troubled=cls._troubled(session, now),
        )

    @staticmethod
    def _troubled(session: Session, now: datetime) -> dict[Trouble, int]:
        # A span of time, where SQLite would read every row to find those that have any.
        some = select(LinkedCalendar.trouble).where(LinkedCalendar.trouble_at <= now).limit(MANY_TROUBLED).subquery()
        counts = select(some.c.trouble, func.count()).group_by(some.c.trouble)
        return {trouble: number for trouble, number in session.execute(counts) if trouble is not None}


@dataclass(frozen=True, slots=True)
class Sign:
    """One worker's last sign of life."""

    started_at: datetime
    beat_at: datetime


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything there is to see at one moment."""

    at: datetime
    queues: dict[Kind, Queue]
    workers: tuple[Sign, ...]
    """Those that live."""
    calendars: Calendars
    horizon: timedelta | None
    """How far ahead the rows of the plan reach whose rows reach least far; None without any plan."""
    drafts: int
    size: int
    """Of the database, in bytes."""

    @classmethod
    def take(cls, session: Session, now: datetime) -> "Survey":
        signs = select(Heartbeat.started_at, Heartbeat.beat_at).where(Heartbeat.beat_at > now - ALIVE_FOR)
        horizon_at = session.scalar(select(func.min(Plan.horizon_at)).where(Plan.horizon_at.is_not(None)))
        return cls(
            at=now,
            queues={kind: Queue.read(session, kind, now) for kind in KINDS},
            workers=tuple(Sign(*row) for row in session.execute(signs.order_by(Heartbeat.started_at))),
            calendars=Calendars.read(session, now),
            horizon=horizon_at - now if horizon_at is not None else None,
            drafts=counted(session, select(Draft.id).order_by(Draft.made_at), MANY_DRAFTS),
            size=size(session),
        )


def counted(session: Session, rows: Select[int], most: int) -> int:
    """How many, up to `most`. In the order of an index: else PostgreSQL may look up all of them before it stops."""
    return session.scalar(select(func.count()).select_from(rows.limit(most).subquery())) or 0


def size(session: Session) -> int:
    if session.get_bind().dialect.name == "sqlite":
        question = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
    else:
        question = text("SELECT pg_database_size(current_database())")
    return int(session.scalar(question) or 0)
