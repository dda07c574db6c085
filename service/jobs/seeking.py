"""The threads that look for free time, in calendars that may be slow: nobody else ever waits for them."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from service.jobs.free_time import find_a_time
from service.jobs.looking_ahead import look, looks_due, try_an_address
from service.logs import event, failure
from service.services import Services

REST = timedelta(seconds=1)
"""Somebody may be waiting for a time to be found."""
LONG_REST = timedelta(minutes=1)
FINDERS = 2
"""One slow calendar keeps nobody else waiting."""
SHORTLY = timedelta(seconds=1)


class Seekers:
    """Two threads for what somebody waits for, one for what lies ahead."""

    def __init__(self, services: Services, *, rest: timedelta = REST) -> None:
        self._services = services
        self._stopping = Event()
        work = [(self._find, rest)] * FINDERS + [(self._look_ahead, LONG_REST)]
        self._threads = [Thread(target=self._run, args=one, name="free-time", daemon=True) for one in work]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Nothing new is begun; what asks a slow server is left in the middle, and is done again."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(SHORTLY.total_seconds())

    def _run(self, work: Callable[[], bool], rest: timedelta) -> None:
        while not self._stopping.wait(rest.total_seconds() * random.uniform(0.7, 1.3)):  # noqa: S311 (jitter)
            while not self._stopping.is_set() and guarded(work):
                continue

    def _find(self) -> bool:
        """True: there may be more."""
        return try_an_address(self._services) or find_a_time(self._services)

    def _look_ahead(self) -> bool:
        """Each date by itself: one that cannot be looked at keeps no other from it."""
        for due in looks_due(self._services):
            if self._stopping.is_set():
                break
            guarded(partial(look, self._services, due))
        return False


def guarded(work: Callable[[], bool]) -> bool:
    """One odd calendar never ends a thread."""
    try:
        return work()
    except SQLAlchemyError as error:
        event("free-time.database", why=type(error).__name__)
    except Exception as error:
        failure("free-time.failed", error)
    return False
