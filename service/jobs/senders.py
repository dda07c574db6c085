"""The threads that hand mails over: a server that hangs on one mail holds up only that one."""

import time
from collections.abc import Callable
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from rituals.interfaces import MailConnection
from service.jobs.claims import release
from service.jobs.handing import Handing
from service.jobs.ledger import Ledger
from service.jobs.parcel import Parcel
from service.logs import event, failure
from service.services import Services

ROOM = 200
"""More are claimed when fewer wait."""
IDLE_CLOSE = 30.0
"""Seconds without work after which a connection says goodbye."""


class Senders:
    """Some threads, one connection each, one shared queue."""

    def __init__(self, services: Services, ledger: Ledger) -> None:
        self._services = services
        self._ledger = ledger
        self._queue: SimpleQueue[Parcel | None] = SimpleQueue()
        self._stopping = Event()
        self._has_room = Event()
        count = services.sending.connections
        self._threads = [Thread(target=self._run, name=f"sender-{n}", daemon=True) for n in range(1, count + 1)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def wait_for_room(self, timeout: float) -> None:
        """Until so little waits that more should be claimed."""
        self._has_room.clear()
        if self.waiting >= ROOM:
            self._has_room.wait(timeout)

    def add(self, parcel: Parcel) -> None:
        self._queue.put(parcel)

    def stop(self, *, within: timedelta) -> None:
        """Finish the running mails, hand the rest back, and go."""
        self._stopping.set()
        for _ in self._threads:
            self._queue.put(None)
        deadline = time.monotonic() + within.total_seconds()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        connection = self._services.mailer.connect()
        try:
            while self._serve_next(connection):
                pass
        finally:
            connection.close()

    def _serve_next(self, connection: MailConnection) -> bool:
        try:
            parcel = self._queue.get(timeout=IDLE_CLOSE)
        except Empty:
            connection.close()
            return True
        if parcel is None:
            return False
        if self.waiting < ROOM:
            self._has_room.set()
        self._guarded(lambda: self._release(parcel) if self._stopping.is_set() else self._hand(parcel, connection))
        return True

    def _hand(self, parcel: Parcel, connection: MailConnection) -> None:
        Handing(self._services, self._ledger, parcel).run(connection)

    def _release(self, parcel: Parcel) -> None:
        with self._services.database.recording() as session:
            release(session, parcel)

    def _guarded(self, work: Callable[[], None]) -> None:
        """One bad parcel never ends a thread; its lease runs out and the bound on copies holds."""
        try:
            work()
        except SQLAlchemyError as error:
            event("sender.database", why=type(error).__name__)
        except Exception as error:
            failure("sender.failed", error)
