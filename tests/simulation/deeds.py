"""What may befall workers, the mail server and the time."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Protocol

from rituals.errand import State
from tests.simulation.post import Planned, Reply
from tests.simulation.strand import Step, Strand
from tests.simulation.world import World

MOST_WORKERS = 3
GOES_ON = 12
"""Steps that somebody takes who has just woken up."""


class Deed(Protocol):
    def __call__(self, world: World) -> None: ...


@dataclass(frozen=True, slots=True)
class Work:
    """Everybody who is awake works for so long; or until somebody gets to a step for the n-th time."""

    seconds: float = 60
    until: Step | None = None
    times: int = 1
    order: int = 0

    def __call__(self, world: World) -> None:
        self.run(world)

    def run(self, world: World) -> Strand | None:
        """Whoever got there."""
        world.order = Random(self.order)
        left = self.times

        def is_there(strand: Strand) -> bool:
            nonlocal left
            left -= strand.at == self.until and not strand.is_over
            return left <= 0

        return world.work(self.seconds, is_there if self.until is not None else None)


@dataclass(frozen=True, slots=True)
class ToTheStart:
    """Everybody works until shortly before something is due."""

    before: float = 1

    def __call__(self, world: World) -> None:
        now = world.time.now()
        ahead = [row.due_at - now for row in world.record.rows.values() if row.state is State.PLANNED]
        coming = [one.total_seconds() - self.before for one in ahead if one.total_seconds() > self.before]
        if coming:
            world.work(min(coming))


@dataclass(frozen=True, slots=True)
class Oversleep:
    """When somebody gets to a step for the n-th time, their whole process stands still, while others work.

    Then it goes on before anybody else does.
    """

    at: Step = Step.COMMIT
    times: int = 1
    seconds: float = 130
    until: Step | None = None
    """Others get no further than this."""

    def __call__(self, world: World) -> None:
        found = Work(60, self.at, self.times).run(world)
        if found is None:
            return
        process = next(one for one in world.living if found in one.strands)
        process.is_frozen = True
        world.record.say(f"{process.name} stands still, with {found}")
        Work(self.seconds, self.until).run(world)
        process.is_frozen = False
        world.record.say(f"{process.name} goes on")
        world.record.disturb()
        for _ in range(GOES_ON):
            if found.can_go_on:
                world.step(found)


@dataclass(frozen=True, slots=True)
class Go:
    """One strand alone takes some steps, while everybody else stands still."""

    strand: int = 0
    steps: int = 1

    def __call__(self, world: World) -> None:
        for _ in range(self.steps):
            ready = [strand for strand in world.strands if strand.can_go_on and strand.at is not Step.RESTING]
            if ready:
                world.step(ready[self.strand % len(ready)])


@dataclass(frozen=True, slots=True)
class StandStill:
    """The whole machine, or the network between all, stands still for so long."""

    seconds: float = 1

    def __call__(self, world: World) -> None:
        world.record.say(f"all stand still for {self.seconds} s")
        world.let_pass(self.seconds)
        world.record.disturb()


@dataclass(frozen=True, slots=True)
class Start:
    def __call__(self, world: World) -> None:
        if len(world.living) < MOST_WORKERS:
            world.start()


@dataclass(frozen=True, slots=True)
class Kill:
    worker: int = 0

    def __call__(self, world: World) -> None:
        if world.living:
            world.kill(world.living[self.worker % len(world.living)])


@dataclass(frozen=True, slots=True)
class Crash:
    """One is killed, and at once another is there."""

    worker: int = 0

    def __call__(self, world: World) -> None:
        Kill(self.worker)(world)
        world.start()


@dataclass(frozen=True, slots=True)
class Stop:
    """As on an upgrade: asked to finish what runs, and to go."""

    worker: int = 0

    def __call__(self, world: World) -> None:
        if world.living:
            process = world.living[self.worker % len(world.living)]
            process.ask_to_stop()
            world.record.disturb()


@dataclass(frozen=True, slots=True)
class Freeze:
    """One stands still (SIGSTOP), or goes on after it did."""

    worker: int = 0

    def __call__(self, world: World) -> None:
        if world.living:
            process = world.living[self.worker % len(world.living)]
            process.is_frozen = not process.is_frozen
            world.record.say(f"{process.name} {'stands still' if process.is_frozen else 'goes on'}")
            world.record.disturb()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the mail server will do, so many times."""

    at: Step = Step.ANSWER
    reply: Reply = Reply.DROPPED
    times: int = 1
    to: str | None = None

    def __call__(self, world: World) -> None:
        at = Step.RCPT if self.reply is Reply.NOBODY else self.at
        world.server.planned += [Planned(at, self.reply, self.to)] * self.times


@dataclass(frozen=True, slots=True)
class Away:
    """The mail server goes, or comes back."""

    def __call__(self, world: World) -> None:
        world.server.is_away = not world.server.is_away
        world.record.disturb()


@dataclass(frozen=True, slots=True)
class LoseAnswers:
    """The database does as it was told, and its answer never arrives."""

    times: int = 1

    def __call__(self, world: World) -> None:
        world.turn.answers_lost = self.times
        world.record.disturb()


@dataclass(frozen=True, slots=True)
class Jump:
    """The wall clock is set."""

    minutes: float = 60

    def __call__(self, world: World) -> None:
        world.record.say(f"the clock jumps by {self.minutes} minutes")
        world.time.jump(timedelta(minutes=self.minutes))
        world.record.disturb()
