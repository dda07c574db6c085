"""Sees every commit and every byte at the mail server, writes it down, and holds it against what is promised."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import PoolProxiedConnection, select
from sqlalchemy import Row as SqlRow

from rituals.delivery import Delivery
from rituals.errand import State
from rituals.interfaces import Envelope
from rituals.occurrence import Occurrence
from service.database import Database
from tests.simulation import promises
from tests.simulation.post import PERMANENT, Reply
from tests.simulation.record import Copy, Record, Row, delivery_id, label, process_of
from tests.simulation.strand import Step, Strand, current

COLUMNS = (Delivery.id, Delivery.state, Delivery.copies, Delivery.holder, Delivery.due_at, Delivery.try_at)
EVERYTHING = select(*COLUMNS, Occurrence.starts_at, Occurrence.ends_at).join(Delivery.occurrence)


Seen = SqlRow[int, State, int, int | None, datetime, datetime | None, datetime, datetime]


@dataclass(slots=True)
class Observer:
    """Belongs to no worker: it lives through every crash."""

    database: Database
    record: Record
    version: int = -1
    _watching: PoolProxiedConnection | None = None

    def committed(self) -> None:
        version = self._version()
        if version == self.version:
            return  # nothing was written
        self.version = version
        who = process_of(current())
        with self.database.reading() as session:
            rows = session.execute(EVERYTHING).all()
        for row in map(_row, rows):
            before = self.record.rows.get(row.id)
            if before != row:
                self.record.rows[row.id] = row
                self._note(who, before, row)

    def _version(self) -> int:
        if self._watching is None:
            self._watching = self.database.engine.raw_connection()
        cursor = self._watching.cursor()
        try:
            return int(cursor.execute("PRAGMA data_version").fetchone()[0])
        finally:
            cursor.close()

    def close(self) -> None:
        if self._watching is not None:
            self._watching.invalidate()

    def may_leave(self, envelope: Envelope) -> None:
        strand = _running()
        row_id = delivery_id(envelope)
        intended = None
        if row_id is not None:
            intended = self.record.intents.pop((row_id, process_of(strand)), None)
            promises.may_leave(self.record, row_id, intended)
        holder = intended.holder if intended is not None else None
        strand.copy = Copy(envelope, strand, self.record.time.passed, strand.stalled, holder)

    def leaves(self, envelope: Envelope) -> None:
        copy = _running().copy
        assert isinstance(copy, Copy)
        copy.is_whole = True
        self.record.say(f"{copy.strand.name}: {label(envelope)} leaves")
        promises.leaves(self.record, copy)
        self.record.copies.append(copy)

    def answers(self, envelope: Envelope, at: Step, reply: Reply) -> None:
        strand, row_id = _running(), delivery_id(envelope)
        if at is Step.ANSWER:
            assert isinstance(strand.copy, Copy)
            strand.copy.reply = reply
        self.record.bounced |= reply is Reply.NOBODY
        if reply in PERMANENT and row_id is not None:
            self.record.refused.add(row_id)
        if reply is not Reply.ACCEPTED:
            self.record.disturb()
            self.record.say(f"{strand.name}: {label(envelope)} {at}, the server: {reply}")

    def heard(self, envelope: Envelope) -> None:
        copy = _running().copy
        assert isinstance(copy, Copy)
        copy.is_heard = True

    def _note(self, who: str, before: Row | None, row: Row) -> None:
        record = self.record
        if row.is_held and row.holder is not None:
            record.owners.setdefault(row.holder, who)
        if before is None:
            return
        record.say(f"{who}: delivery {row.id} was {before.state}/{before.copies}, is {row.state}/{row.copies}")
        promises.changed(record, who, before, row)
        if row.is_held and row.holder == before.holder and row.copies > before.copies and row.holder is not None:
            record.intents[row.id, record.owners[row.holder]] = row


def _row(row: Seen) -> Row:
    row_id, state, copies, holder, due_at, try_at, starts_at, ends_at = row
    return Row(row_id, state, copies, holder, due_at, try_at, (ends_at - starts_at) / 2)


def _running() -> Strand:
    strand = current()
    assert strand is not None, "only workers send"
    return strand
