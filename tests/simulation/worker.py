"""A worker whose threads go on at our word: the real one, but for its threads, clock, database and mail server."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event

from service.jobs.sender import IDLE_CLOSE
from service.services import Services
from service.threads import Running, Threads
from service.worker import POLL, Worker
from tests.simulation.strand import Step, Strand, Wait, pause

CROWDED, UNCROWDED = 0.05, 5.0
"""Seconds that a worker rests while mails wait for its senders, and that it rests here instead."""
A_DAY = 86_400.0
"""For so long a sender with nothing to do is left alone: hanging up does nothing here."""
MAIN = "main"
LEFT_OUT = "free-time"
"""Threads that have no part in this."""


class Alarm(Event):
    """Waited for standing still."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        super().__init__()
        self._elapsed = elapsed

    def wait(self, timeout: float | None = None) -> bool:
        idle = timeout is not None and timeout >= IDLE_CLOSE - 1
        until = None if timeout is None else self._elapsed() + (A_DAY if idle else timeout)
        pause(Step.RESTING, self._wait(lambda: until))
        return self.is_set()

    def _wait(self, until: Callable[[], float | None]) -> Wait:
        def is_over() -> bool:
            moment = until()
            return self.is_set() or (moment is not None and self._elapsed() >= moment)

        return Wait(is_over, until)


class Resting(Alarm):
    """A worker's stop, and its rest in between: looks that would find nothing are left out."""

    def __init__(self, elapsed: Callable[[], float], next_look: Callable[[float], float]) -> None:
        super().__init__(elapsed)
        self._next_look = next_look

    def wait(self, timeout: float | None = None) -> bool:
        begun, rest = self._elapsed(), timeout or 0.0
        if rest >= POLL.total_seconds():
            pause(Step.RESTING, self._wait(lambda: self._next_look(begun + rest)))
            return self.is_set()
        return super().wait(UNCROWDED if rest == CROWDED else rest)


@dataclass(slots=True)
class TakingTurns:
    """A lock for which strands wait standing still."""

    is_taken: bool = False

    def __enter__(self) -> bool:
        while self.is_taken:
            pause(Step.TURN, Wait(lambda: not self.is_taken))
        self.is_taken = True
        return True

    def __exit__(self, *_: object) -> None:
        self.is_taken = False


@dataclass(slots=True)
class Thread:
    """Becomes one of a process's strands."""

    process: "Process"
    work: Callable[[], None]
    name: str
    strand: Strand | None = None

    def start(self) -> None:
        if self.name != LEFT_OUT:
            self.strand = self.process.begin(self.name, self.work)

    def join(self, timeout: float | None = None) -> None:
        strand, elapsed = self.strand, self.process.elapsed
        if strand is not None:
            until = elapsed() + (timeout or 0.0)
            pause(Step.RESTING, Wait(lambda: strand.is_over or elapsed() >= until, lambda: until))


@dataclass(slots=True)
class Process:
    """One worker process, until it is killed."""

    name: str
    services: Services
    elapsed: Callable[[], float]
    next_look: Callable[[float], float]
    """From so many seconds on, when there will be something to see."""
    strands: list[Strand] = field(default_factory=list)
    is_frozen: bool = False
    _stop: Event = field(init=False)

    def __post_init__(self) -> None:
        self._stop = Resting(self.elapsed, self.next_look)
        threads = Threads(
            thread=self._thread,
            event=lambda: Alarm(self.elapsed),
            turn=TakingTurns,
            elapsed=self.elapsed,
            sleep=self._sleep,
        )
        worker = Worker(replace(self.services, threads=threads), self._stop, elapsed=self.elapsed)
        self.begin(MAIN, worker.run)

    def begin(self, name: str, work: Callable[[], None]) -> Strand:
        strand = Strand(f"{self.name}/{name}", work)
        self.strands.append(strand)
        return strand

    @property
    def is_alive(self) -> bool:
        return not self.strands[0].is_over

    @property
    def is_working(self) -> bool:
        return self.is_alive and not self._stop.is_set()

    @property
    def errors(self) -> list[BaseException]:
        return [one.error for one in self.strands if one.error is not None]

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._stop.set()

    def kill(self) -> None:
        """SIGKILL."""
        for strand in self.strands:
            strand.drop()

    def _sleep(self, seconds: float) -> None:
        Alarm(self.elapsed).wait(seconds)

    def _thread(self, work: Callable[[], None], name: str) -> Running:
        return Thread(self, work, name)
