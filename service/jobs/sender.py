"""One thread that hands mails over, on one connection to one relay."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from rituals.interfaces import MailConnection, MailError
from service.jobs.claims import release
from service.jobs.handing import Handing
from service.jobs.ledger import Ledger
from service.jobs.parcel import Parcel
from service.jobs.shelf import Shelf
from service.logs import event, failure
from service.services import Services

IDLE_CLOSE = 30.0
"""Seconds without work after which a connection says goodbye."""
SOON = 1.0
"""Seconds that a parcel may wait here for a relay."""
BRISK = 0.5
"""Seconds; where a mail takes longer nothing is announced behind it: the next might go sooner another way."""


@dataclass(slots=True)
class Sender:
    """Takes parcels from the shelf while its relay takes mails."""

    number: int
    connection: MailConnection
    services: Services
    ledger: Ledger
    shelf: Shelf
    stopping: Event
    nobody_sends: Callable[[], bool]
    """Whether every relay rests, for longer than a parcel may wait here."""
    _is_brisk: bool = field(default=True, init=False)

    def run(self) -> None:
        """Until it is told to stop: then the running mail is finished and what waits is handed back."""
        try:
            while not self.stopping.is_set():
                self._guarded(self._serve_next)
            self._guarded(self._hand_back)
        finally:
            self.connection.close()

    def _serve_next(self) -> None:
        if not self.shelf.wait(self.number, IDLE_CLOSE):
            self.connection.close()
        elif rest := self.connection.rests():
            self._rest(rest)
        elif self._opens():
            parcel = self.shelf.take(self.number)
            if parcel is not None:
                self._hand(parcel)

    def _rest(self, seconds: float) -> None:
        """Others may do what waits: those of other relays here, or another worker."""
        self.shelf.let_go(self.number)
        self.shelf.wake_one()
        if self.nobody_sends():
            self._hand_back()
        self.stopping.wait(min(seconds, SOON))

    def _opens(self) -> bool:
        """Before a parcel is taken: none waits for a relay that hangs at its greeting."""
        try:
            self.connection.open()
        except MailError as error:
            event("relay.unreachable", relay=self.connection.relay, why=str(error))
            self.shelf.wake_one()
            return False
        return True

    def _hand(self, parcel: Parcel) -> None:
        """This one, and then what the relay has begun to answer to already."""
        before: Handing | None = None
        following: Parcel | None = parcel
        try:
            while following is not None:
                ahead = self.shelf.announce(self.number) if self._is_brisk else None
                before = self._hand_one(Handing(self.services, self.ledger, following, before), ahead)
                following = self._next_on(before, ahead)
        finally:
            if before is not None:
                before.settle()

    def _hand_one(self, handing: Handing, ahead: Parcel | None) -> Handing:
        begun = self.services.threads.elapsed()
        then = ahead.envelope if ahead else None
        try:
            settled = handing.run(self.connection, then=then, may_go_elsewhere=lambda: not self.nobody_sends())
        finally:
            if handing.before is not None:
                handing.before.settle()
                handing.before = None
        self._is_brisk = self.services.threads.elapsed() - begun < BRISK
        if not settled:
            self.shelf.let_go(self.number)
            self.shelf.put_back(handing.parcel)
        return handing

    def _next_on(self, handing: Handing, ahead: Parcel | None) -> Parcel | None:
        """The parcel that was announced, if nothing keeps it from being handed over at once."""
        if ahead is None or not handing.may_wait or not self.connection.hears_next or self.stopping.is_set():
            return None
        return self.shelf.take_announced(self.number)

    def _hand_back(self) -> None:
        while parcel := self.shelf.take(self.number):
            with self.services.database.recording() as session:
                release(session, parcel)

    def _guarded(self, work: Callable[[], None]) -> None:
        """One bad parcel never ends a thread; its lease runs out and the bound on copies holds."""
        try:
            work()
        except SQLAlchemyError as error:
            event("sender.database", why=type(error).__name__)
        except Exception as error:
            failure("sender.failed", error)
