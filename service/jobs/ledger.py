"""What senders write down while they hand mails over: one statement for all who wait at that moment."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import IntEnum

from sqlalchemy import PoolProxiedConnection

from rituals.delivery import Delivery
from rituals.handing_over import hand_over
from rituals.interfaces import Clock
from service.database import Database
from service.jobs import drafts
from service.jobs.parcel import Kind, Parcel
from service.logs import Value as LogValue
from service.logs import event, events
from service.prepared import Prepared, Value
from service.threads import Threads


class Step(IntEnum):
    """In the order in which the statement takes them."""

    INTENDED = 0
    SENT = 1


@dataclass(slots=True)
class Line:
    """What one sender has to say of one row, and what became of it."""

    parcel: Parcel
    step: Step
    relay: str = ""
    late_ms: int = 0
    is_ours: bool | None = field(default=None, init=False)
    """Whether the row was still its holder's; None: it could not be written."""

    @property
    def row(self) -> tuple[Kind, int]:
        return self.parcel.kind, self.parcel.row_id

    @property
    def told(self) -> dict[str, LogValue]:
        """For the log."""
        parcel = self.parcel
        return {"id": parcel.row_id, "attempt": parcel.attempts, "relay": self.relay, "late_ms": self.late_ms}


@dataclass(slots=True)
class Entry:
    """The lines of one sender, written together."""

    lines: Sequence[Line]
    is_settled: bool = field(default=False, init=False)


class Ledger:
    """Shared by a worker's senders. Whoever's turn it is writes for all who wait, and none of them goes on before.

    So what is uncertain after a crash is one mail a connection, as if each wrote alone, in a fraction of the time.
    Writes survive a killed process, perhaps not a power loss (as in `Database.recording`).
    """

    def __init__(
        self, database: Database, clock: Clock, threads: Threads, *, on_write: Callable[[], None] = lambda: None
    ) -> None:
        self._on_write = on_write
        self._database, self._clock = database, clock
        self._engine = database.at_once_engine()
        self._connection: PoolProxiedConnection | None = None
        self._statements: dict[tuple[Kind, int, int], Prepared] = {}
        self._waiting: deque[Entry] = deque()
        self._turn = threads.turn()
        self._gone: deque[Line] = deque()
        self._told: deque[int] = deque()

    def write(self, *lines: Line) -> None:
        """Back when they are written, or cannot be; each line knows. What was sent is left for `tell` and `sweep`."""
        entry = Entry(lines)
        self._waiting.append(entry)
        with self._turn:
            if not entry.is_settled:
                self._write_group(self._group())
        self._gone.extend(line for line in lines if line.step is Step.SENT and line.is_ours)

    @property
    def unswept(self) -> int:
        return len(self._gone) + len(self._told)

    def tell(self) -> None:
        """Let the log say what was sent, all of it at once."""
        lines = [self._gone.popleft() for _ in range(len(self._gone))]
        events(f"{Delivery.__tablename__}.sent", [line.told for line in lines])
        self._told.extend(line.parcel.row_id for line in lines)

    def sweep(self, limit: int) -> None:
        """Drop drafts of prompts that have gone: later than that is recorded, when nobody waits for it."""
        ids = [self._told.popleft() for _ in range(min(limit, len(self._told)))]
        if ids:
            with self._database.hurrying() as session:
                drafts.drop_all(session, ids)

    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()

    def _group(self) -> list[Entry]:
        """All who wait, up to one with a row that another has as well."""
        entries, rows = list[Entry](), set[tuple[Kind, int]]()
        while self._waiting:
            entry = self._waiting.popleft()
            if any(line.row in rows for line in entry.lines):
                self._waiting.appendleft(entry)
                break
            entries.append(entry)
            rows.update(line.row for line in entry.lines)
        return entries

    def _write_group(self, entries: Sequence[Entry]) -> None:
        lines = sorted((line for entry in entries for line in entry.lines), key=lambda line: line.step)
        for kind in dict.fromkeys(line.parcel.kind for line in lines):
            self._run(kind, [line for line in lines if line.parcel.kind is kind])
        for entry in entries:
            entry.is_settled = True

    def _run(self, kind: Kind, lines: Sequence[Line]) -> None:
        intended = sum(line.step is Step.INTENDED for line in lines)
        values: dict[str, Value] = {"now": self._clock()}
        for number, line in enumerate(lines):
            values[f"id_{number}"] = line.parcel.row_id
            values[f"holder_{number}"] = line.parcel.lease.holder
        try:
            with closing(self._connected().cursor()) as cursor:
                found = self._statement(kind, intended, len(lines) - intended).run(cursor, values)
        except self._database.errors as error:
            event("ledger.database", why=type(error).__name__, lines=len(lines))
            self.disconnect()
            return
        ours = {row[0] for row in found}
        for line in lines:
            line.is_ours = line.parcel.row_id in ours
        self._on_write()

    def _statement(self, kind: Kind, intended: int, sent: int) -> Prepared:
        key = kind, intended, sent
        if key not in self._statements:
            self._statements[key] = Prepared(hand_over(kind, intended=intended, sent=sent), self._engine.dialect)
        return self._statements[key]

    def _connected(self) -> PoolProxiedConnection:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        return self._connection
