"""Where parcels wait for a sender, in their order."""

from collections import deque
from dataclasses import dataclass
from threading import Event, Lock

from service.jobs.parcel import Parcel
from service.threads import Threads

OVERDUE = 1.0
"""Seconds after which a parcel that one sender has announced may go with another."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A parcel that one sender has told its relay of."""

    parcel: Parcel
    at: float


class Shelf:
    """For any number of senders, each with a number. Who was idle last is woken first: that connection is still open.

    A sender may announce the next parcel to its relay. It stays here until then, and goes with another sender if
    the first takes too long: a relay that hangs on one mail holds up only that one.
    """

    def __init__(self, threads: Threads, *, room: int) -> None:
        """There is room while fewer than that many wait."""
        self._room = room
        self._elapsed, self._event = threads.elapsed, threads.event
        self._has_room = self._event()
        self._lock = Lock()
        self._parcels: deque[Parcel] = deque()
        self._announced: dict[int, Announced] = {}
        self._idle: list[Event] = []
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._parcels)

    def add(self, parcel: Parcel) -> None:
        with self._lock:
            self._parcels.append(parcel)
        self.wake_one()

    def put_back(self, parcel: Parcel) -> None:
        """It is the next again, for whoever comes."""
        with self._lock:
            self._parcels.appendleft(parcel)
        self.wake_one()

    def announce(self, sender: int) -> Parcel | None:
        """The next one, if nobody else is free to take it now."""
        with self._lock:
            if self._idle or not self._parcels:
                return None
            parcel = self._parcels.popleft()
            self._announced[sender] = Announced(parcel, self._elapsed())
            self._look_for_room()
            return parcel

    def let_go(self, sender: int) -> None:
        """What it announced may go with another."""
        with self._lock:
            announced = self._announced.pop(sender, None)
        if announced:
            self.put_back(announced.parcel)

    def take(self, sender: int) -> Parcel | None:
        """What it announced, else what another announced too long ago, else the next."""
        with self._lock:
            announced = self._announced.pop(sender, None)
            if announced:
                return announced.parcel
            overdue = self._overdue()
            if overdue is not None:
                return self._announced.pop(overdue).parcel
            parcel = self._parcels.popleft() if self._parcels else None
            self._look_for_room()
            return parcel

    def take_announced(self, sender: int) -> Parcel | None:
        """What it announced, unless that went with another."""
        with self._lock:
            announced = self._announced.pop(sender, None)
        return announced.parcel if announced else None

    def wait(self, sender: int, timeout: float) -> bool:
        """Until there is something to take; False if there is nothing in time, or never will be."""
        until = self._elapsed() + timeout
        while True:
            alarm = self._event()
            with self._lock:
                if sender in self._announced or self._parcels or self._overdue() is not None:
                    return True
                left = until - self._elapsed()
                if left <= 0 or self._is_closed:
                    return False
                self._idle.append(alarm)
                pause = min(left, OVERDUE) if self._announced else left
            if not alarm.wait(pause):
                self._forget(alarm)

    def close(self) -> None:
        """Nobody waits here any longer."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for alarm in idle:
            alarm.set()

    def wait_for_room(self, timeout: float) -> None:
        """Until so little waits that there is room for more."""
        self._has_room.clear()
        if len(self) >= self._room:
            self._has_room.wait(timeout)

    def wake_one(self) -> None:
        """One more of those who wait here looks what there is."""
        with self._lock:
            alarm = self._idle.pop() if self._idle else None
        if alarm:
            alarm.set()

    def _look_for_room(self) -> None:
        if len(self._parcels) < self._room:
            self._has_room.set()

    def _forget(self, alarm: Event) -> None:
        with self._lock:
            if alarm in self._idle:
                self._idle.remove(alarm)

    def _overdue(self) -> int | None:
        """Who announced one too long ago; the oldest stands first."""
        for sender, announced in self._announced.items():
            return sender if self._elapsed() - announced.at > OVERDUE else None
        return None
