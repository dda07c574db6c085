"""The threads that read and write connected calendars: none of them ever stands in a mail's way."""

import random
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from rituals.connection import Way
from rituals.errand import Lease
from rituals.linked_calendar import LinkedCalendar
from service.jobs.bell import Bell
from service.jobs.reconciling import take_turn
from service.logs import event, failure
from service.services import Services

LEASE = timedelta(minutes=3)
"""Longer than a turn may last: see TURN in calendar_turn."""
UNCALLED = 15.0
"""Seconds: one of the threads looks this often although nobody called, whatever their number."""
DATABASE_PAUSE = 1.0


class CalendarKeepers:
    """Some threads; each takes one calendar's turn after the other."""

    def __init__(self, services: Services, *, rest: float = UNCALLED) -> None:
        self._services = services
        self._rest = rest
        self._bell = Bell()
        count = services.keepers if services.calendars else 0
        self._most = count - 1 if len(services.calendars) > 1 and count > 1 else count
        """For one way at once: while its provider hangs, somebody is left to look after the others."""
        self._asking: Counter[Way] = Counter()
        self._claiming = Lock()
        self._may_begin = True
        self._threads = [Thread(target=self._run, name=f"calendar-{n}", daemon=True) for n in range(1, count + 1)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def call(self) -> None:
        """Some calendar's turn has come."""
        self._bell.ring()

    def go_on(self, *, may_begin: bool) -> None:
        """No turn begins while the clock cannot be believed: a date that was moved would seem to be over."""
        self._may_begin = may_begin

    def stop(self, *, within: timedelta) -> None:
        """No new turn begins; one that runs is left to its deadline, and its lease to whoever comes next."""
        self._bell.end()
        for thread in self._threads:
            thread.join(within.total_seconds() / max(1, len(self._threads)))

    def _run(self) -> None:
        while not self._bell.is_over:
            if not self._may_begin or not self._guarded(self._take_a_turn):
                self._bell.wait(self._rest * len(self._threads) * random.uniform(0.7, 1.3))  # noqa: S311 (jitter)

    def _take_a_turn(self) -> bool:
        with self._claiming:
            full = [way for way, count in self._asking.items() if count >= self._most]
            claimed = claim(self._services, without=full)
            if claimed is None:
                return False
            self._asking[claimed.way] += 1
        try:
            take_turn(self._services, claimed.linked_id, claimed.lease)
        finally:
            with self._claiming:
                self._asking[claimed.way] -= 1
        return True

    def _guarded(self, turn: Callable[[], bool]) -> bool:
        """One bad calendar never ends a thread."""
        try:
            return turn()
        except SQLAlchemyError as error:
            event("calendar.database", why=type(error).__name__)
        except Exception as error:
            failure("calendar.failed", error)
        return False


@dataclass(frozen=True, slots=True)
class Claimed:
    """One calendar whose turn it is, in our hands."""

    linked_id: int
    way: Way
    lease: Lease


def take_a_turn(services: Services) -> bool:
    """Look at the calendar that has waited longest; False if none is due."""
    claimed = claim(services)
    if claimed is not None:
        take_turn(services, claimed.linked_id, claimed.lease)
    return claimed is not None


def claim(services: Services, *, without: Collection[Way] = ()) -> Claimed | None:
    """The one that has waited longest, `without` those of some ways; None if none is due."""
    with services.database.reading() as session:
        if not LinkedCalendar.is_any_due(session, services.clock(), without=without):
            return None
    with services.database.writing() as session:
        session.connection()
        now = services.clock()
        lease = Lease.take(now, LEASE)
        first = next(iter(LinkedCalendar.claim(session, lease, now, 1, without=without)), None)
        return Claimed(first.id, first.connection.way, lease) if first is not None else None
