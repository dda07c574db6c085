"""The threads that look for free time, in calendars that may be slow: nobody else ever waits for them."""

import random
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from service.jobs.free_time import find_a_time
from service.jobs.looking_ahead import look_ahead, try_addresses
from service.logs import event, failure
from service.services import Services

REST = timedelta(seconds=1)
"""Somebody may be waiting for a time to be found."""
LONG_REST = timedelta(minutes=1)
SHORTLY = timedelta(seconds=1)


class Seekers:
    """One thread for what somebody waits for, one for what lies ahead."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = Event()
        self._threads = [
            Thread(target=self._run, args=(find, REST), name="free-time", daemon=True),
            Thread(target=self._run, args=(foresee, LONG_REST), name="looking-ahead", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Nothing new is begun; what asks a slow server is left in the middle, and is done again."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(SHORTLY.total_seconds())

    def _run(self, work: Callable[[Services], bool], rest: timedelta) -> None:
        while not self._stopping.wait(rest.total_seconds() * random.uniform(0.7, 1.3)):  # noqa: S311 (jitter)
            while not self._stopping.is_set() and self._guarded(work):
                continue

    def _guarded(self, work: Callable[[Services], bool]) -> bool:
        """One odd calendar never ends a thread."""
        try:
            return work(self._services)
        except SQLAlchemyError as error:
            event("free-time.database", why=type(error).__name__)
        except Exception as error:
            failure("free-time.failed", error)
        return False


def find(services: Services) -> bool:
    """What somebody waits for. True: there may be more."""
    return try_addresses(services) > 0 or find_a_time(services)


def foresee(services: Services) -> bool:
    """What begins in a day. True: there may be more."""
    return look_ahead(services) > 0
