"""Workers, a mail server, a couple and the time, in one thread of thought: whatever happens is somebody's word."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from service import logs
from service.services import Services
from service.wiring import answer_time, sending
from tests.simulation.observer import Observer
from tests.simulation.post import MailServer
from tests.simulation.record import Record
from tests.simulation.strand import Step, Strand
from tests.simulation.time import Time
from tests.simulation.transactions import SteppedDatabase, Turn
from tests.simulation.worker import Process

MOST_STEPS = 20_000
TICK = 0.001
STRIDE = 6 * 3600.0
"""Seconds after which a worker looks around in any case."""
COMPOSED = 59.0
"""Seconds before a start; by then its mail can be composed."""
SERVED = (Step.RCPT, Step.BODY, Step.ANSWER)
"""Where it is the server that keeps a strand waiting, and not the machine."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A mistake made on purpose; by itself it is none."""

    services: Callable[[Services], Services] = lambda services: services
    timeout: timedelta | None = None
    """For one answer of the mail server, whatever the workers believe."""


class Failures(logging.Handler):
    """What a worker survives and nobody expected."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")


@dataclass(slots=True)
class World:
    services: Services
    time: Time
    record: Record
    server: MailServer
    turn: Turn
    observer: Observer
    order: Random = field(default_factory=Random)
    processes: list[Process] = field(default_factory=list)
    born: int = 0
    failures: Failures = field(default_factory=Failures)

    def __post_init__(self) -> None:
        logging.getLogger(logs.NAME).addHandler(self.failures)

    @classmethod
    def begin(cls, services: Services, time: Time, plant: Plant) -> "World":
        record = Record(time, services.settings.lease)
        observer = Observer(services.database, record)
        timeout = plant.timeout or answer_time(services.settings.lease)
        server = MailServer(time.elapsed, observer, timeout.total_seconds())
        turn = Turn(time.elapsed, observer.committed)
        database = SteppedDatabase(services.database.engine, turn=turn)
        services = replace(
            services, clock=time.now, mailer=server, keepers=0, database=database, sending=sending(services.settings)
        )
        observer.committed()
        return cls(plant.services(services), time, record, server, turn, observer)

    @property
    def living(self) -> list[Process]:
        return [process for process in self.processes if process.is_alive]

    @property
    def strands(self) -> list[Strand]:
        """Those that would go on if they were let."""
        awake = [strand for process in self.living if not process.is_frozen for strand in process.strands]
        return [strand for strand in awake if not strand.is_over]

    def start(self) -> None:
        """Another worker."""
        self.born += 1
        name = f"worker {self.born}"
        self.processes.append(Process(name, self.services, self.time.elapsed, self.next_look))

    def kill(self, process: Process) -> None:
        self.record.say(f"{process.name} is killed: {process.strands}")
        self.record.disturb()
        process.kill()
        self.check()

    def step(self, strand: Strand) -> None:
        strand.step()
        self.check()

    def work(self, seconds: float, until: Callable[[Strand], bool] | None = None) -> Strand | None:
        """Everybody who is awake works for so long, in one order or another; or until somebody gets somewhere: who."""
        end = self.time.passed + seconds
        for _ in range(MOST_STEPS):
            ready = [strand for strand in self.strands if strand.can_go_on]
            if ready:
                strand = self.order.choice(ready)
                self.step(strand)
                if until is not None and until(strand):
                    return strand
            elif self.time.passed >= end:
                return None
            else:
                self.let_pass(min(end, self._next()) - self.time.passed + TICK)
        raise AssertionError(f"they never come to rest: {self.strands}\n{self.story()}")

    def let_pass(self, seconds: float) -> None:
        """Time goes by, and nobody does anything."""
        for process in self.living:
            for strand in process.strands:
                self._count_stall(strand, seconds)
        self.time.passed += seconds
        if self.server.is_away or not self.living or any(process.is_frozen for process in self.living):
            self.record.disturb()

    def next_look(self, earliest: float) -> float:
        """When a worker that looks around every second will next find something, in seconds passed."""
        now, passed = self.time.now(), self.time.passed
        tries = [row.try_at for row in self.record.rows.values() if row.try_at is not None]
        due = [(at - now).total_seconds() + passed for at in tries]
        composed = [at - COMPOSED for at in due if at - COMPOSED > earliest]
        return max(earliest, min([earliest + STRIDE, *due, *composed]))

    def free_the_database(self) -> None:
        """Whoever is about to commit does so: nobody else could do anything before."""
        while self.turn.is_taken and self.turn.holder is not None:
            self.step(self.turn.holder)

    def check(self) -> None:
        errors = [error for process in self.processes for error in process.errors]
        assert not errors, f"{errors}\n{self.story()}"
        assert not self.failures.seen, f"{self.failures.seen}\n{self.story()}"
        assert not self.record.broken, f"{self.record.broken[0]}\n{self.story()}"

    def story(self) -> str:
        return "\n".join(self.record.said[-60:])

    def end(self) -> None:
        for process in self.processes:
            process.kill()
        logging.getLogger(logs.NAME).removeHandler(self.failures)
        self.observer.close()
        for connection in self.turn.opened:
            connection.close()

    def _next(self) -> float:
        moments = [strand.wait.until() for strand in self.strands]
        return min((moment for moment in moments if moment is not None), default=float("inf"))

    def _count_stall(self, strand: Strand, seconds: float) -> None:
        if strand.is_over or strand.at is Step.RESTING:
            return
        until = strand.wait.until() if strand.at in SERVED and not strand.wait.is_over() else None
        excused = max(0.0, (until or 0.0) - self.time.passed) + 2 * TICK
        if seconds > excused:
            strand.stalled += seconds - excused
            self.record.disturb()
