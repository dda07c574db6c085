"""Handing one parcel to the mail server, and recording what became of it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.errand import backoff
from rituals.interfaces import MailConnection, MailError
from service.jobs import drafts
from service.jobs.parcel import Parcel
from service.logs import event
from service.services import Services

RECORDING_TRIES = 60
RECORDING_PAUSE = timedelta(milliseconds=250)


@dataclass(slots=True)
class Handing:
    """One try at one parcel. What is known of its end is written down before anything else happens."""

    services: Services
    parcel: Parcel
    intended: bool = field(default=False, init=False)

    def run(self, connection: MailConnection) -> None:
        try:
            gone = connection.send(self.parcel.envelope, self._may_go)
        except MailError as error:
            self._record_error(error)
        else:
            self._record(self._sent if gone else self._held_back)

    def _may_go(self) -> bool:
        """Asked right before the body: still due, still ours, still wanted; nothing goes that cannot be recorded."""
        now, parcel = self.services.clock(), self.parcel
        if not parcel.due_at <= now < parcel.expires_at or now + self.services.sending.patience > parcel.lease.until_at:
            return False  # the lease must cover the server's answer
        try:
            return self._intend() if parcel.is_careful and not self.intended else self._is_held()
        except SQLAlchemyError:
            return False

    def _is_held(self) -> bool:
        with self.services.database.reading() as session:
            return self.parcel.kind.still_held(session, self.parcel.row_id, self.parcel.lease)

    def _intend(self) -> bool:
        with self.services.database.writing() as session:
            self.intended = self.parcel.kind.intend(session, self.parcel.row_id, self.parcel.lease)
        return self.intended

    def _record_error(self, error: MailError) -> None:
        outcome = "uncertain" if error.uncertain else "refused" if error.permanent else "delayed"
        event(f"{self.parcel.name}.{outcome}", id=self.parcel.row_id, attempt=self.parcel.attempts, why=str(error))
        if error.uncertain:
            self._record(self._unanswered)
        elif error.permanent:
            self._record(lambda session: self._refused(session, bounced=error.recipient_refused))
        else:
            self._record(self._delayed)

    def _record(self, write: Callable[[Session], None]) -> None:
        """Write the result, however often the database must be asked; give up only when the lease is long over."""
        for _ in range(RECORDING_TRIES):
            try:
                with self.services.database.recording() as session:
                    write(session)
            except SQLAlchemyError as error:
                if not self.services.database.is_unavailable(error):
                    raise
                time.sleep(RECORDING_PAUSE.total_seconds())
            else:
                return
        event(f"{self.parcel.name}.unrecorded", id=self.parcel.row_id)

    def _sent(self, session: Session) -> None:
        parcel, now = self.parcel, self.services.clock()
        if parcel.kind.mark_sent(session, parcel.row_id, parcel.lease, now):
            drafts.drop(session, parcel.kind, parcel.row_id)
        if parcel.partner_id is not None:
            bounced = update(Partner).where(Partner.id == parcel.partner_id, Partner.bounced_at.is_not(None))
            session.execute(bounced.values(bounced_at=None))
        late = int((now - parcel.due_at).total_seconds() * 1000)
        event(f"{parcel.name}.sent", id=parcel.row_id, attempt=parcel.attempts, late_ms=late)

    def _held_back(self, session: Session) -> None:
        parcel = self.parcel
        parcel.kind.give_back(
            session, parcel.row_id, parcel.lease, try_at=self.services.clock(), intended=self.intended
        )

    def _unanswered(self, session: Session) -> None:
        parcel = self.parcel
        parcel.kind.mark_unanswered(session, parcel.row_id, parcel.lease, try_at=self.services.clock() + self._pause())

    def _refused(self, session: Session, *, bounced: bool) -> None:
        parcel, now = self.parcel, self.services.clock()
        if parcel.kind.mark_failed(session, parcel.row_id, parcel.lease, now):
            drafts.drop(session, parcel.kind, parcel.row_id)
        if bounced and parcel.partner_id is not None:
            session.execute(update(Partner).where(Partner.id == parcel.partner_id).values(bounced_at=now))

    def _delayed(self, session: Session) -> None:
        parcel = self.parcel
        parcel.kind.give_back(
            session,
            parcel.row_id,
            parcel.lease,
            try_at=self.services.clock() + self._pause(),
            intended=self.intended,
        )

    def _pause(self) -> timedelta:
        """Longer after each try, never more than a tenth of the window, and not all at the same moment."""
        window = self.parcel.expires_at - self.parcel.due_at
        return min(backoff(self.parcel.attempts), window / 10) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
