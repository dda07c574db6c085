"""Handing one parcel to the mail server, and recording what became of it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rituals.calendar_letters import record_perhaps_told, record_told
from rituals.couple import Partner
from rituals.errand import COPIES, backoff
from rituals.interfaces import Envelope, MailConnection, MailError
from rituals.outbox import Letter
from service.jobs import drafts
from service.jobs.ledger import Ledger
from service.jobs.parcel import Parcel
from service.logs import event
from service.services import Services

RECORDING_PAUSE = timedelta(milliseconds=250)


@dataclass(slots=True)
class Handing:
    """One try at one parcel. What is known of its end is written down before anything else happens."""

    services: Services
    ledger: Ledger
    parcel: Parcel

    def run(
        self,
        connection: MailConnection,
        *,
        then: Envelope | None = None,
        may_go_elsewhere: Callable[[], bool] = lambda: False,
    ) -> bool:
        """False if no relay took part and it may go another way: then nothing is written down, and it is no try."""
        try:
            gone = self._is_time() and connection.send(self.parcel.envelope, self._may_go, then=then)
        except MailError as error:
            if error.unreachable and may_go_elsewhere():
                return False
            self._record_error(error, connection.relay)
        else:
            if gone:
                self._record_sent(connection.relay)
            else:
                self._record(self._held_back)
        return True

    def _may_go(self) -> bool:
        """Asked right before the body: in time, ours, wanted; that a copy may leave is on record before it does."""
        if not self._is_time():
            return False
        try:
            # The clock once more: the database may have let us wait.
            return self._intend() and self._is_time()
        except SQLAlchemyError:
            return False

    def _is_time(self) -> bool:
        """Not before the start nor after the window, and the lease covers the server's answer."""
        now, parcel = self.services.clock(), self.parcel
        return (
            parcel.due_at <= now < parcel.expires_at and now + self.services.sending.patience <= parcel.lease.until_at
        )

    def _intend(self) -> bool:
        parcel = self.parcel
        if not parcel.is_last:
            return self.ledger.intend(parcel)
        with self.services.database.writing() as session:
            return parcel.kind.intend(session, parcel.row_id, parcel.lease, copies=parcel.copies + 1)

    def _record_sent(self, relay: str) -> None:
        """Letters may have more to write down; what the ledger cannot take now is written however long that takes."""
        if self.parcel.kind is Letter or not self.ledger.close(self.parcel):
            self._record(self._sent)
        self._log_sent(relay)

    def _record_error(self, error: MailError, relay: str) -> None:
        parcel = self.parcel
        outcome = "uncertain" if error.uncertain else "refused" if error.permanent else "delayed"
        event(f"{parcel.name}.{outcome}", id=parcel.row_id, attempt=parcel.attempts, relay=relay, why=str(error))
        if error.uncertain:
            self._record(self._unanswered)
        elif error.permanent:
            self._record(lambda session: self._refused(session, bounced=error.recipient_refused))
        else:
            self._record(self._delayed)

    def _record(self, write: Callable[[Session], None]) -> None:
        """Write the result, however often the database must be asked: nothing else goes before it is written."""
        while True:
            try:
                with self.services.database.recording() as session:
                    write(session)
            except SQLAlchemyError as error:
                if not self.services.database.is_unavailable(error):
                    raise
                time.sleep(RECORDING_PAUSE.total_seconds())
            else:
                return

    def _sent(self, session: Session) -> None:
        parcel, now = self.parcel, self.services.clock()
        is_ours = parcel.kind.mark_sent(session, parcel.row_id, parcel.lease, now)
        if is_ours:
            drafts.drop(session, parcel.kind, parcel.row_id)
            if parcel.kind is Letter:
                record_told(session, parcel.row_id, now)

    def _log_sent(self, relay: str) -> None:
        parcel = self.parcel
        late = int((self.services.clock() - parcel.due_at).total_seconds() * 1000)
        event(f"{parcel.name}.sent", id=parcel.row_id, attempt=parcel.attempts, relay=relay, late_ms=late)

    def _held_back(self, session: Session) -> None:
        """Whoever claims it next sees why. Its own moment, not ours: the clock may be what is wrong."""
        parcel = self.parcel
        parcel.kind.give_back(session, parcel.row_id, parcel.lease, try_at=parcel.due_at, copies=parcel.copies)

    def _unanswered(self, session: Session) -> None:
        parcel, now = self.parcel, self.services.clock()
        is_over = parcel.copies + 1 >= COPIES
        if (
            parcel.kind.mark_unanswered(session, parcel.row_id, parcel.lease, now, try_at=self._next_try(now))
            and is_over
        ):
            self._give_up(session, now)

    def _give_up(self, session: Session, now: datetime) -> None:
        event(f"{self.parcel.name}.unknown", id=self.parcel.row_id, copies=COPIES)
        drafts.drop(session, self.parcel.kind, self.parcel.row_id)
        if self.parcel.kind is Letter:
            record_perhaps_told(session, self.parcel.row_id, now)

    def _refused(self, session: Session, *, bounced: bool) -> None:
        parcel, now = self.parcel, self.services.clock()
        if parcel.kind.mark_failed(session, parcel.row_id, parcel.lease, now, copies=parcel.copies):
            drafts.drop(session, parcel.kind, parcel.row_id)
        if bounced:
            whose = update(Partner).where(Partner.address == parcel.envelope.recipient, Partner.bounced_at.is_(None))
            session.execute(whose.values(bounced_at=now))

    def _delayed(self, session: Session) -> None:
        parcel, try_at = self.parcel, self._next_try(self.services.clock())
        parcel.kind.give_back(session, parcel.row_id, parcel.lease, try_at=try_at, copies=parcel.copies)

    def _next_try(self, now: datetime) -> datetime:
        """Later after each try, and not all at once; the last one falls shortly before the window closes."""
        expires_at = self.parcel.expires_at
        window = expires_at - self.parcel.due_at
        pause = min(backoff(self.parcel.attempts), window / 10) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
        last = expires_at - window / 20
        return min(now + pause, last) if now < last else expires_at
