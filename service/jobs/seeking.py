"""The threads that look for free time, in calendars that may be slow: nobody else ever waits for them."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from service.jobs.bell import Bell
from service.jobs.free_time import find_a_time
from service.jobs.looking_ahead import look, looks_due, try_an_address
from service.logs import event, failure
from service.services import Services

UNCALLED = timedelta(seconds=30)
"""They look this often although nobody called."""
LONG_REST = timedelta(minutes=1)
FINDERS = 2
"""One slow calendar keeps nobody else waiting."""
SHORTLY = timedelta(seconds=1)


class Seekers:
    """Two threads for what somebody waits for, one for what lies ahead."""

    def __init__(self, services: Services, *, rest: timedelta = UNCALLED) -> None:
        self._services = services
        self._bell, self._clock = Bell(), Bell()
        work = [(self._find, self._bell, rest)] * FINDERS + [(self._look_ahead, self._clock, LONG_REST)]
        self._threads = [services.threads.thread(partial(self._run, *one), "free-time") for one in work]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def call(self) -> None:
        """Somebody waits for a time to be found, or for a calendar to be tried."""
        self._bell.ring()

    def stop(self) -> None:
        """Nothing new is begun; what asks a slow server is left in the middle, and is done again."""
        for bell in (self._bell, self._clock):
            bell.end()
        for thread in self._threads:
            thread.join(SHORTLY.total_seconds())

    def _run(self, work: Callable[[], bool], bell: Bell, rest: timedelta) -> None:
        while not bell.is_over:
            bell.wait(rest.total_seconds() * random.uniform(0.7, 1.3))  # noqa: S311 (jitter)
            while not bell.is_over and guarded(work):
                continue

    def _find(self) -> bool:
        """True: there may be more."""
        return try_an_address(self._services) or find_a_time(self._services)

    def _look_ahead(self) -> bool:
        """Each date by itself: one that cannot be looked at keeps no other from it."""
        for due in looks_due(self._services):
            if self._clock.is_over:
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
