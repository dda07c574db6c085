"""A strand of a worker: it goes on only when it is told, and may be dropped at every step it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Semaphore, Thread, local

PATIENCE = 30.0
"""Real seconds for one step. Whoever needs longer waits for something that nobody here will give."""


class Step(StrEnum):
    """Where it stands, about to do what comes next."""

    BEGIN = "begins a transaction"
    LOCKED = "waits for the database"
    COMMIT = "is about to commit"
    COMMITTED = "has committed"
    MAIL = "before MAIL"
    RCPT = "after RCPT"
    BODY = "before the body"
    DOT = "before the dot"
    ANSWER = "after the dot"
    HEARD = "after 250"
    TURN = "waits for its turn"
    RESTING = "rests"


class KilledError(BaseException):
    """The process is gone. Nothing in the program may catch this."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What has to be before it can go on."""

    is_over: Callable[[], bool]
    until: Callable[[], float | None] = lambda: None
    """When it goes on by itself, in seconds that really passed; None: only somebody else can end it."""


READY = Wait(lambda: True)
_here = local()


class Strand:
    """A thread that holds the baton only between two pauses: of all strands, one at most ever runs."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.at = Step.BEGIN
        self.wait = READY
        self.stalled = 0.0
        """Seconds for which it could have gone on and was not let."""
        self.copy: object = None
        """What it has in hand."""
        self.error: BaseException | None = None
        self.is_over = False
        self._is_dropped = False
        self._go, self._parked = Semaphore(0), Semaphore(0)
        self._work = work
        Thread(target=self._run, name=name, daemon=True).start()

    @property
    def can_go_on(self) -> bool:
        return not self.is_over and self.wait.is_over()

    def step(self) -> None:
        """Let it go on to its next pause."""
        if self.is_over:
            return
        self._go.release()
        if not self._parked.acquire(timeout=PATIENCE):
            raise AssertionError(f"{self.name} is stuck after '{self.at}'")

    def drop(self) -> None:
        """As by kill -9: it does nothing any more."""
        self._is_dropped = True
        while not self.is_over:
            self.step()

    def pause(self, at: Step, wait: Wait) -> None:
        if not self._is_dropped:
            self.at, self.wait = at, wait
            self._parked.release()
            self._go.acquire()
        if self._is_dropped:
            raise KilledError

    def _run(self) -> None:
        _here.strand = self
        self._go.acquire()
        try:
            if not self._is_dropped:
                self._work()
        except KilledError:
            pass
        except BaseException as error:
            self.error = error
        self.is_over = True
        self._parked.release()

    def __repr__(self) -> str:
        return f"{self.name}, which {'is over' if self.is_over else self.at}"


def current() -> Strand | None:
    """The strand that runs; None for the test itself."""
    strand: Strand | None = getattr(_here, "strand", None)
    return strand


def pause(at: Step, wait: Wait = READY) -> None:
    """Stop here until somebody says go on. The test itself never stops."""
    strand = current()
    if strand is not None:
        strand.pause(at, wait)
