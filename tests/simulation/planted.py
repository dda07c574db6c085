"""Mistakes that were planted on purpose: whoever watches for them must find each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rituals.delivery import Delivery
from rituals.errand import COPIES, WAITING, State
from rituals.interfaces import Envelope, HandOver, MailConnection, Mailer
from rituals.recurrence import wall_clock
from service.database import Database
from service.services import Services
from tests.simulation.couple import ZONE
from tests.simulation.record import delivery_id
from tests.simulation.transactions import SteppedDatabase
from tests.simulation.world import Plant

LONG_ANSWER = timedelta(seconds=150)
"""Longer than the lease."""


@dataclass(slots=True)
class MarkedBefore:
    """A connection for which a mail is written down as sent when it is about to go."""

    way: MailConnection
    database: Database

    @property
    def relay(self) -> str:
        return self.way.relay

    @property
    def hears_next(self) -> bool:
        return self.way.hears_next

    def rests(self) -> float:
        return self.way.rests()

    def open(self) -> None:
        self.way.open()

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        return self.way.send(envelope, lambda: hand_over() and self._mark(envelope), then=then)

    def close(self) -> None:
        self.way.close()

    def _mark(self, envelope: Envelope) -> bool:
        with self.database.recording() as session:
            gone = update(Delivery).where(Delivery.id == delivery_id(envelope))
            session.execute(gone.values(state=State.SENT, try_at=None))
        return True


@dataclass(slots=True)
class MarkingMailer:
    mailer: Mailer
    database: Database

    def connections(self) -> Sequence[MarkedBefore]:
        return [MarkedBefore(way, self.database) for way in self.mailer.connections()]


def marked_before_the_send(services: Services) -> Services:
    return replace(services, mailer=MarkingMailer(services.mailer, services.database))


def no_fencing(services: Services) -> Services:
    """What is recorded is recorded, whoever holds the row by now."""
    unfenced = replace(stepped(services), reword=lambda sql: sql.replace("delivery.holder = ?", "? IS NOT NULL"))
    return replace(services, database=unfenced)


def no_cap(services: Services) -> Services:
    """After the second copy a third is tried, as long as there is time."""

    def mistake(session: Session) -> None:
        given_up = update(Delivery).where(Delivery.state == State.UNKNOWN, Delivery.settled_at < Delivery.expires_at)
        again = given_up.values(state=State.PLANNED, copies=COPIES - 1, try_at=Delivery.settled_at, settled_at=None)
        session.execute(again.execution_options(synchronize_session=False))

    return replace(services, database=replace(stepped(services), after=mistake))


def local_window(services: Services) -> Services:
    """The wall clock at which a window closes is taken for UTC."""

    def mistake(session: Session) -> None:
        for delivery in session.scalars(select(Delivery).where(Delivery.state.in_(WAITING))):
            if delivery.expires_at < delivery.due_at + timedelta(hours=1):
                delivery.expires_at = wall_clock(delivery.expires_at, ZONE).replace(tzinfo=UTC)

    return replace(services, database=replace(stepped(services), after=mistake))


def stepped(services: Services) -> SteppedDatabase:
    assert isinstance(services.database, SteppedDatabase)
    return services.database


PLANTED: Mapping[str, Plant] = {
    "marked before the send": Plant(marked_before_the_send),
    "no fencing": Plant(no_fencing),
    "no cap of two": Plant(no_cap),
    "a lease shorter than the timeout": Plant(timeout=LONG_ANSWER),
    "a window compared in local time": Plant(local_window),
}
