"""`./run bench size`: what is due, and how far plans reach, among ten thousand and among three million deliveries."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import crowd, pruning, stirring
from benchmarks.crowd import NOW
from benchmarks.herd import durable_postgres
from benchmarks.planning import plan_all, services_for
from benchmarks.table import Row, keep, show
from rituals.agenda import Agenda
from rituals.delivery import Delivery
from rituals.errand import Lease
from rituals.horizon import next_to_extend
from service.jobs import drafts, uncomposed
from service.jobs.upkeep import PLANS_AT_ONCE, extend_horizons
from service.services import Services

FEW, MANY = 10_000, int(os.environ.get("DELIVERIES", "3000000"))
PLANS = int(os.environ.get("PLANS", "5000"))
"""How many one process extends by a week: `PLANS=100000 ./run bench size` does them all."""
ALL_PLANS = 100_000
ROUNDS = 3
CLAIMS, BATCH = 20, 100
LOOKS = 100
EXTENDED = 800
"""Plans a round, in each of the two."""
Measured = dict[str, list[float]]


@dataclass(slots=True)
class Place:
    """A crowd in a database of its own, and how many milliseconds everything took there."""

    services: Services
    couples: int
    took: Measured = field(default_factory=dict)

    def measure(self, number: int) -> None:
        """One round: the same work in a small place and in a large one."""
        database = self.services.database
        due = stirring.bring_due(database, self.couples, CLAIMS * BATCH, number)
        for _ in range(CLAIMS):
            self._time("claim 100 of those due", self._claim)
        stirring.settle(database, due)
        for _ in range(LOOKS):
            self._time("what comes next?", self._next)
            self._time("what is to be composed?", self._uncomposed)
            self._time("what is to be extended?", self._short)
        for together, name in ((True, "agreed together"), (False, "from all over")):
            stirring.shorten(database, self.couples, EXTENDED, number, together=together)
            for _ in range(EXTENDED // PLANS_AT_ONCE):
                self._time(f"extend 200 plans {name}", lambda: extend_horizons(self.services))

    def _claim(self) -> object:
        with self.services.database.writing() as session:
            lease = Lease.take(NOW, self.services.settings.lease)
            return Delivery.claim(session, lease, now=NOW, limit=BATCH, ready=drafts.is_composed())

    def _next(self) -> object:
        with self.services.database.reading() as session:
            return Agenda.read(session)

    def _uncomposed(self) -> object:
        with self.services.database.reading() as session:
            return uncomposed.look(session, NOW, limit=1000, much=5000)

    def _short(self) -> object:
        with self.services.database.reading() as session:
            return next_to_extend(session, NOW, 1, lock=False)

    def _time(self, name: str, work: Callable[[], object]) -> object:
        begun = perf_counter()
        done = work()
        self.took.setdefault(name, []).append(1000 * (perf_counter() - begun))
        return done


def main() -> None:
    """Print what each question takes in a small place and in a large one, and keep the figures in var/."""
    questions: list[Row] = []
    planning: list[Row] = []
    cleaning: list[Row] = []
    for name, urls in databases():
        few, many = (fill(url, count) for url, count in zip(urls, (FEW, MANY), strict=True))
        for number in range(ROUNDS):  # in turns: whatever else this machine does, it does to both
            few.measure(number)
            many.measure(number)
        questions += compare(name, few.took, many.took)
        planning += [plan(name, urls[0], few), plan(name, urls[1], many)]
        cleaning.append({"database": name, **pruning.measure(many.services, many.couples)})
    for rows in (questions, planning, cleaning):
        show(rows)
        print()
    keep("size", {"deliveries": [FEW, MANY], "questions": questions, "planning": planning, "pruning": cleaning})


def databases() -> Iterator[tuple[str, tuple[str, str]]]:
    """Two empty ones of each kind; they go when the next are asked for."""
    with tempfile.TemporaryDirectory() as folder:
        yield "sqlite", (f"sqlite:///{Path(folder) / 'few'}", f"sqlite:///{Path(folder) / 'many'}")
    with postgres() as create:
        yield "postgresql", (create(), create())


@contextmanager
def postgres() -> Iterator[Callable[[], str]]:
    """With autovacuum, as everywhere but in tests."""
    server = durable_postgres()
    server.execute("ALTER SYSTEM SET autovacuum = on")
    server.execute("SELECT pg_reload_conf()")
    try:
        yield server.create
    finally:
        server.close()


def fill(url: str, deliveries: int) -> Place:
    services = services_for(url)
    services.database.migrate()
    begun = perf_counter()
    couples = crowd.fill(services.database, deliveries)
    print(f"{deliveries:,} future deliveries put in in {perf_counter() - begun:.0f} s", flush=True)
    return Place(services, couples)


def compare(name: str, few: Measured, many: Measured) -> list[Row]:
    return [
        {
            "database": name,
            "question": question,
            f"{FEW:,}: ms": round(median(few[question]), 2),
            f"{MANY:,}: ms": round(median(many[question]), 2),
            "ratio": round(median(many[question]) / median(few[question]), 2),
        }
        for question in few
    ]


def plan(name: str, url: str, place: Place) -> Row:
    """A week for many plans, one process by itself."""
    plans = min(PLANS, place.couples)
    stirring.shorten(place.services.database, place.couples, plans, ROUNDS)
    done = plan_all(url)
    return {
        "database": name,
        "couples": place.couples,
        "plans": plans,
        "rows": done.rows,
        "seconds": round(done.seconds, 1),
        f"{ALL_PLANS:,} plans: s": round(done.seconds / plans * ALL_PLANS),
        "memory at start, MB": round(done.before),
        "peak, MB": round(done.peak),
    }
