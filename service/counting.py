"""Counting what becomes of mails: whatever the log tells is counted, so the two never disagree."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from rituals.delivery import Delivery
from rituals.outbox import Letter
from rituals.tally import RELAY, RELAY_LIMIT, Count, Ending, Outcome, within
from service import logs

KINDS = (Delivery.__tablename__, Letter.__tablename__, RELAY)
OUTCOMES = frozenset(Outcome)


class Counting(logging.Handler):
    """Hears the events of this process, and keeps the numbers until they are taken to the database."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._counts: dict[Ending, Count] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count what happens in this block."""
        log = logging.getLogger(logs.NAME)
        log.addHandler(self)
        try:
            yield
        finally:
            log.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by the log, one thread at a time."""
        kind, _, outcome = record.getMessage().partition(".")
        if kind not in KINDS or outcome not in OUTCOMES:
            return
        for fields in logs.given(record):
            self._count(kind, Outcome(outcome), fields)

    def _count(self, kind: str, outcome: Outcome, fields: Mapping[str, logs.Value]) -> None:
        late, relay = fields.get("late_ms"), str(fields.get("relay") or "")[:RELAY_LIMIT]
        seconds = max(late / 1000, 0.0) if isinstance(late, int) else 0.0
        bound = within(timedelta(seconds=seconds)) if outcome == Outcome.SENT else 0
        self._add({Ending(kind, outcome, relay, bound): Count(1, seconds)})

    @contextmanager
    def taken(self) -> Iterator[dict[Ending, Count]]:
        """The numbers since they were last taken; they are ours again if the block fails."""
        with self._held():
            counts, self._counts = self._counts, {}
        try:
            yield counts
        except BaseException:
            with self._held():
                self._add(counts)
            raise

    def _add(self, counts: dict[Ending, Count]) -> None:
        for ending, count in counts.items():
            self._counts.setdefault(ending, Count()).add(count.mails, count.seconds)

    @contextmanager
    def _held(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()
