"""Whether claims stay quick while what has served goes."""

import time
from collections.abc import Callable
from threading import Event, Thread

from benchmarks import stirring
from benchmarks.crowd import NOW
from benchmarks.table import Row
from rituals.delivery import Delivery
from rituals.errand import Lease
from service.jobs import drafts
from service.jobs.pruning import ROWS_AT_ONCE, prune
from service.services import Services

CLAIMS, BATCH = 200, 20
REST = 0.05
"""Seconds: as the worker rests between two steps."""


def measure(services: Services, couples: int) -> Row:
    """How long a claim takes with and without another worker that takes away what has served."""
    alone = _claims(services, couples, 10)
    stop, steps = Event(), list[float]()
    pruner = Thread(target=lambda: _prune(services, stop, steps))
    begun = time.perf_counter()
    pruner.start()
    beside = _claims(services, couples, 11)
    while len(steps) < CLAIMS and pruner.is_alive():
        time.sleep(REST)
    stop.set()
    pruner.join()
    rows = ROWS_AT_ONCE * len(steps)
    return {
        "rows pruned a minute": round(60 * rows / (time.perf_counter() - begun)),
        "step p50 ms": _of(steps, 0.5),
        "step p99 ms": _of(steps, 0.99),
        "claim p50 ms": _of(alone, 0.5),
        "beside it": _of(beside, 0.5),
        "claim p99 ms": _of(alone, 0.99),
        "beside it ": _of(beside, 0.99),
    }


def _claims(services: Services, couples: int, number: int) -> list[float]:
    due = stirring.bring_due(services.database, couples, CLAIMS * BATCH, number)
    took = [_timed(lambda: _claim(services)) for _ in range(CLAIMS)]
    stirring.settle(services.database, due)
    return took


def _claim(services: Services) -> object:
    with services.database.writing() as session:
        lease = Lease.take(NOW, services.settings.lease)
        return Delivery.claim(session, lease, now=NOW, limit=BATCH, ready=drafts.is_composed())


def _prune(services: Services, stop: Event, steps: list[float]) -> None:
    while not stop.is_set():
        steps.append(_timed(lambda: prune(services)))
        stop.wait(REST)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def _of(took: list[float], share: float) -> float:
    return round(sorted(took)[int(len(took) * share)], 1)
