"""Signs of life: what tells a sleeping worker from a dead one, and how late the oldest work is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.delivery import Delivery
from rituals.outbox import Letter
from rituals.storage import At, Base, Moment

ALIVE_FOR = timedelta(seconds=60)
KEPT = timedelta(days=1)


class Heartbeat(Base):
    """One worker, by a name it drew for itself, and when it last said that it lives."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[At]
    beat_at: Mapped[datetime] = mapped_column(Moment, index=True)

    @classmethod
    def beat(cls, session: Session, worker: str, *, started_at: datetime, now: datetime) -> None:
        session.merge(cls(worker=worker, started_at=started_at, beat_at=now))
        session.execute(delete(cls).where(cls.beat_at < now - KEPT))

    @classmethod
    def stop(cls, session: Session, worker: str) -> None:
        session.execute(delete(cls).where(cls.worker == worker))


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the workers are."""

    alive: bool
    late: timedelta
    """How long the oldest due work has been waiting for somebody to look at it."""

    @classmethod
    def read(cls, session: Session, now: datetime) -> "Pulse":
        last = session.scalar(select(func.max(Heartbeat.beat_at)))
        oldest = [kind.next_at(session) for kind in (Delivery, Letter)]
        late = max((now - due for due in oldest if due is not None), default=timedelta())
        return cls(alive=last is not None and last > now - ALIVE_FOR, late=max(late, timedelta()))
