"""All threads that hand mails over: one for each connection that may be open at once."""

from datetime import timedelta

from service.jobs.ledger import Ledger
from service.jobs.parcel import Parcel
from service.jobs.sender import SOON, Sender
from service.jobs.shelf import Shelf
from service.services import Services

ROOM = 400
"""More are claimed when fewer wait."""


class Senders:
    """They share one shelf, whichever relay they send through: a slow one takes less of it, one that rests nothing."""

    def __init__(self, services: Services, ledger: Ledger) -> None:
        self._clock = services.threads.elapsed
        self._shelf = Shelf(services.threads, room=ROOM)
        self._stopping = services.threads.event()
        self._connections = services.mailer.connections()
        self._threads = []
        for number, connection in enumerate(self._connections, start=1):
            sender = Sender(number, connection, services, ledger, self._shelf, self._stopping, lambda: self.rest() > 0)
            self._threads.append(services.threads.thread(sender.run, f"sender-{number}"))

    def __len__(self) -> int:
        return len(self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        return len(self._shelf)

    def rest(self) -> float:
        """Seconds for which nothing should be claimed, since every relay rests; 0 if one of them takes mails soon."""
        rest = min(connection.rests() for connection in self._connections)
        return rest if rest > SOON else 0.0

    def wait_for_room(self, timeout: float) -> None:
        """Until so little waits that more should be claimed."""
        self._shelf.wait_for_room(timeout)

    def add(self, parcel: Parcel) -> None:
        self._shelf.add(parcel)

    def nudge(self) -> None:
        """If something waits although somebody was woken for it, their relay may be slow to open: wake another."""
        if self.waiting:
            self._shelf.wake_one()

    def stop(self, *, within: timedelta) -> None:
        """Finish the running mails, hand the rest back, and go."""
        self._stopping.set()
        self._shelf.close()
        deadline = self._clock() + within.total_seconds()
        for thread in self._threads:
            thread.join(max(0.0, deadline - self._clock()))
