"""How many mails ended how: a few small counters, so that any process can answer for all workers.

A worker counts in its memory and adds to these rows with its sign of life. What a killed worker had counted since
its last one is missing: these are numbers to watch the service by, and promises are kept by other rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, Float, Integer, String, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.storage import Base, Moment, stored

STEP = timedelta(minutes=5)
"""Each row counts for so long; 'in the last hour' is true to one step."""
KEPT = timedelta(days=2)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Where everything is counted once more, for good: what only grows can be watched by machines."""
WITHIN = tuple(timedelta(milliseconds=number) for number in (100, 250, 500, 1000, 2500, 5000, 15000, 60000, 300000))
"""How late a mail was, by the first of these that it kept to; 0 where it kept to none, or did not go."""
RELAY = "relay"
"""The kind of what befalls a mail server, in place of a mail."""
RELAY_LIMIT = 120
KEY = ("at", "kind", "outcome", "relay", "within")


class Outcome(StrEnum):
    """What became of one try at a mail, in the words of the log."""

    SENT = "sent"
    DELAYED = "delayed"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    UNWRITABLE = "unwritable"
    UNREACHABLE = "unreachable"
    """A mail server, before any mail was tried."""


@dataclass(frozen=True, slots=True, order=True)
class Ending:
    """One kind of end: what sort of row, what became of it, through which mail server, and how late."""

    kind: str
    outcome: Outcome
    relay: str = ""
    """Where it is known: the mail server's name and port."""
    within: int = 0
    """Milliseconds."""


@dataclass(slots=True)
class Count:
    """How many ended so, and how late they were all together."""

    mails: int = 0
    seconds: float = 0.0

    def add(self, mails: int, seconds: float) -> None:
        self.mails += mails
        self.seconds += seconds


class Tally(Base):
    """One counter, for one step of time or for ever."""

    __tablename__ = "tally"

    at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome), primary_key=True)
    relay: Mapped[str] = mapped_column(String(RELAY_LIMIT), primary_key=True)
    within: Mapped[int] = mapped_column(Integer, primary_key=True)
    mails: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float] = mapped_column(Float)

    @classmethod
    def add(cls, session: Session, counts: Mapping[Ending, Count], now: datetime) -> None:
        """Add what one worker counted, in one statement; steps that are long over go."""
        if not counts:
            return
        steps = int((now - EVER) / STEP)
        # One order everywhere, so that workers never wait for each other in a ring.
        rows = [cls._row(at, ending, counts[ending]) for at in (EVER, EVER + steps * STEP) for ending in sorted(counts)]
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        insert = sqlite.insert(cls) if is_sqlite else postgresql.insert(cls)
        grown = {"mails": cls.mails + insert.excluded.mails, "seconds": cls.seconds + insert.excluded.seconds}
        session.execute(insert.values(rows).on_conflict_do_update(index_elements=KEY, set_=grown))
        session.execute(delete(cls).where(cls.at > EVER, cls.at < now - KEPT))

    @classmethod
    def ever(cls, session: Session) -> dict[Ending, Count]:
        """Since these tables were made."""
        return cls._sums(session, cls.at == EVER)

    @classmethod
    def since(cls, session: Session, at: datetime) -> dict[Ending, Count]:
        """In the steps that had not ended by then."""
        return cls._sums(session, cls.at > at - STEP)

    @classmethod
    def _sums(cls, session: Session, counted: ColumnElement[bool]) -> dict[Ending, Count]:
        key = (cls.kind, cls.outcome, cls.relay, cls.within)
        sums = select(*key, func.sum(cls.mails), func.sum(cls.seconds)).where(counted).group_by(*key)
        return {
            Ending(kind, outcome, relay, within): Count(int(mails), float(seconds))
            for kind, outcome, relay, within, mails, seconds in session.execute(sums)
        }

    @staticmethod
    def _row(at: datetime, ending: Ending, count: Count) -> dict[str, datetime | str | int | float]:
        return {
            "at": at,
            "kind": ending.kind,
            "outcome": ending.outcome,
            "relay": ending.relay,
            "within": ending.within,
            "mails": count.mails,
            "seconds": count.seconds,
        }


def within(late: timedelta) -> int:
    """The first bound that this lateness kept to, in milliseconds."""
    bound = next((bound for bound in WITHIN if late <= bound), timedelta())
    return int(bound / timedelta(milliseconds=1))
