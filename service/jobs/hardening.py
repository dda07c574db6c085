"""Seeing to it that what was recorded reaches the disk within a second, while nobody waits for it."""

from threading import Event, Thread

from service.database import Database
from service.logs import event

WITHIN = 1.0
"""Seconds."""


class Hardening:
    """A thread of its own, asleep while nothing is recorded. Where the database does this itself there is none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_wanted = Event()
        self._is_over = Event()
        self._thread = Thread(target=self._run, name="hardening", daemon=True)

    def start(self) -> None:
        if self._database.hardens:
            self._thread.start()

    def note(self) -> None:
        """Something was recorded."""
        if not self._is_wanted.is_set():
            self._is_wanted.set()

    def stop(self) -> None:
        """Once more, and no more."""
        self._is_over.set()
        self._is_wanted.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._is_wanted.wait()
            self._is_over.wait(WITHIN)
            self._is_wanted.clear()
            try:
                self._database.harden()
            except self._database.errors as error:
                event("hardening.failed", why=type(error).__name__)
                self._is_wanted.set()
