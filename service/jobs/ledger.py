"""What senders write down while they hand mails over: one statement for all who wait at that moment."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Lock

from sqlalchemy import PoolProxiedConnection

from rituals.handing_over import hand_over
from rituals.interfaces import Clock
from service.database import Database
from service.jobs import drafts
from service.jobs.parcel import Kind, Parcel
from service.logs import event
from service.prepared import Prepared, Value


class Step(IntEnum):
    """In the order in which the statement takes them."""

    INTENDED = 0
    SENT = 1


@dataclass(slots=True)
class Entry:
    """One line, and what became of it."""

    parcel: Parcel
    step: Step
    is_settled: bool = field(default=False, init=False)
    is_ours: bool | None = field(default=None, init=False)
    """Whether the row was still its holder's; None: it could not be written."""


class Ledger:
    """Shared by a worker's senders. Whoever's turn it is writes for all who wait, and none of them goes on before.

    So what is uncertain after a crash is one mail a connection, as if each wrote alone, in a fraction of the time.
    Writes survive a killed process, perhaps not a power loss (as in `Database.recording`).
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._engine = database.at_once_engine()
        self._connection: PoolProxiedConnection | None = None
        self._statements: dict[tuple[Kind, int, int], Prepared] = {}
        self._waiting: deque[Entry] = deque()
        self._turn = Lock()
        self._gone: deque[int] = deque()

    def intend(self, parcel: Parcel) -> bool:
        """Record that one more copy may leave from here on. False: not ours any more, or that cannot be recorded."""
        return self._write(Entry(parcel, Step.INTENDED)).is_ours is True

    def close(self, parcel: Parcel) -> bool:
        """Record that the copy was accepted. False: that could not be recorded. Its draft goes with `sweep`."""
        entry = self._write(Entry(parcel, Step.SENT))
        if entry.is_ours:
            self._gone.append(parcel.row_id)
        return entry.is_ours is not None

    @property
    def unswept(self) -> int:
        return len(self._gone)

    def sweep(self, limit: int) -> None:
        """Drop drafts of prompts that have gone: later than that is recorded, when nobody waits for it."""
        ids = [self._gone.popleft() for _ in range(min(limit, len(self._gone)))]
        if ids:
            with self._database.recording() as session:
                drafts.drop_all(session, ids)

    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()

    def _write(self, entry: Entry) -> Entry:
        self._waiting.append(entry)
        with self._turn:
            if not entry.is_settled:
                self._write_group(self._group())
        return entry

    def _group(self) -> list[Entry]:
        """All who wait, except where a row would come twice."""
        rows: dict[tuple[Kind, int], Entry] = {}
        while self._waiting:
            entry = self._waiting.popleft()
            row = entry.parcel.kind, entry.parcel.row_id
            if row in rows:
                self._waiting.appendleft(entry)
                break
            rows[row] = entry
        return sorted(rows.values(), key=lambda entry: entry.step)

    def _write_group(self, entries: Sequence[Entry]) -> None:
        for kind in {entry.parcel.kind for entry in entries}:
            lines = [entry for entry in entries if entry.parcel.kind is kind]
            try:
                ours = self._run(kind, lines)
            except self._database.errors as error:
                event("ledger.database", why=type(error).__name__, lines=len(lines))
                self.disconnect()
            else:
                for line in lines:
                    line.is_ours = line.parcel.row_id in ours
        for entry in entries:
            entry.is_settled = True

    def _run(self, kind: Kind, lines: Sequence[Entry]) -> set[int]:
        intended = sum(line.step is Step.INTENDED for line in lines)
        values: dict[str, Value] = {"now": self._clock()}
        for number, line in enumerate(lines):
            values[f"id_{number}"] = line.parcel.row_id
            values[f"holder_{number}"] = line.parcel.lease.holder
        cursor = self._connected().cursor()
        try:
            return {row[0] for row in self._statement(kind, intended, len(lines) - intended).run(cursor, values)}
        finally:
            cursor.close()

    def _statement(self, kind: Kind, intended: int, sent: int) -> Prepared:
        key = kind, intended, sent
        if key not in self._statements:
            self._statements[key] = Prepared(hand_over(kind, intended=intended, sent=sent), self._engine.dialect)
        return self._statements[key]

    def _connected(self) -> PoolProxiedConnection:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        return self._connection
