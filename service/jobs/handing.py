"""Handing one parcel to the mail server, and recording what became of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
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
from service.jobs.ledger import Ledger, Line, Step
from service.jobs.parcel import Parcel
from service.logs import event
from service.services import Services

RECORDING_PAUSE = timedelta(milliseconds=250)


@dataclass(slots=True)
class Handing:
    """One try at one parcel. What is known of its end is written down before anything else happens.

    With one exception: that a prompt was accepted may wait for the intent of the next one on the same connection,
    if the relay answers to that already. Both are written in one go, right before the next body.
    """

    services: Services
    ledger: Ledger
    parcel: Parcel
    before: "Handing | None" = None
    """What was accepted right before on this connection, and is still to be written down."""
    _accepted: Line | None = field(default=None, init=False)

    def run(
        self,
        connection: MailConnection,
        *,
        then: Envelope | None = None,
        may_go_elsewhere: Callable[[], bool] = lambda: False,
    ) -> bool:
        """False if no relay took part and it may go another way: then nothing is written down, and it is no try.

        `settle` must follow.
        """
        try:
            gone = self._is_time() and connection.send(self.parcel.envelope, self._may_go, then=then)
        except MailError as error:
            if error.unreachable and may_go_elsewhere():
                return False
            self._record_error(error, connection.relay)
        else:
            if gone:
                self._accept(connection.relay)
            else:
                self._record(self._held_back)
        return True

    @property
    def is_unsettled(self) -> bool:
        """Whether it was accepted, and that is still to be written down."""
        return self._accepted is not None and self._accepted.is_ours is None

    @property
    def may_wait(self) -> bool:
        """Whether it can be written down with the next one, whose relay may take its time."""
        return self.is_unsettled and self._is_covered(self.services.clock())

    def settle(self) -> None:
        """Write down what still is to be. What the ledger cannot take now is written however long that takes."""
        if self._accepted is None or not self.is_unsettled:
            return
        self.ledger.write(self._accepted)
        if self.is_unsettled:
            self._record(self._sent)
            self._log_sent(self._accepted)
            self._accepted = None

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
        return parcel.due_at <= now < parcel.expires_at and self._is_covered(now)

    def _is_covered(self, now: datetime) -> bool:
        return now + self.services.sending.patience <= self.parcel.lease.until_at

    def _intend(self) -> bool:
        parcel = self.parcel
        if not parcel.is_last:
            line = Line(parcel, Step.INTENDED)
            self.ledger.write(line, *self._left_from_before())
            return line.is_ours is True and not self._left_from_before()
        if self.before is not None:
            self.before.settle()  # never are two mails of one connection in doubt
        with self.services.database.writing() as session:
            return parcel.kind.intend(session, parcel.row_id, parcel.lease, copies=parcel.copies + 1)

    def _left_from_before(self) -> list[Line]:
        before = self.before
        return [before._accepted] if before is not None and before.is_unsettled and before._accepted else []

    def _accept(self, relay: str) -> None:
        late = self.services.clock() - self.parcel.due_at
        accepted = Line(self.parcel, Step.SENT, relay, late_ms=int(late.total_seconds() * 1000))
        if self.parcel.kind is Letter:  # there may be more to write down
            self._record(self._sent)
            self._log_sent(accepted)
        else:
            self._accepted = accepted

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
                self.services.threads.sleep(RECORDING_PAUSE.total_seconds())
            else:
                return

    def _sent(self, session: Session) -> None:
        parcel, now = self.parcel, self.services.clock()
        is_ours = parcel.kind.mark_sent(session, parcel.row_id, parcel.lease, now)
        if is_ours:
            drafts.drop(session, parcel.kind, parcel.row_id)
            if parcel.kind is Letter:
                record_told(session, parcel.row_id, now)

    def _log_sent(self, accepted: Line) -> None:
        event(f"{self.parcel.name}.sent", **accepted.told)

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
