"""A worker in this process, for whom time passes only when it rests: hours of work in a moment."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from time import monotonic

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.couple import Partner, form_couple
from rituals.delivery import COMPOSED_AHEAD, Delivery
from rituals.errand import HELD, State
from rituals.interfaces import Envelope, HandOver, MailError
from rituals.occurrence import Occurrence
from rituals.outbox import Letter
from rituals.plan import Plan
from rituals.recurrence import Recurrence, wall_clock
from rituals.rule import Rule
from rituals.signin import welcome
from rituals.version import Terms
from service.services import Services
from service.worker import POLL, Worker
from tests.fakes import FakeClock

STRIDE = timedelta(minutes=2)
ANA, BEN = "ana@example.org", "ben@example.org"
RITUAL = "weekly-check-in"


@dataclass(slots=True)
class Post:
    """A mailer that keeps what it is handed, and when. `troubles` are raised first, one a mail."""

    clock: FakeClock
    sent: list[tuple[datetime, Envelope]] = field(default_factory=list)
    troubles: list[MailError] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def relay(self) -> str:
        return "post"

    def connections(self) -> Sequence["Post"]:
        return [self, self]

    @property
    def hears_next(self) -> bool:
        return False

    def rests(self) -> float:
        return 0.0

    def open(self) -> None:
        """Nothing is to be opened."""

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        with self.lock:
            trouble = self.troubles.pop() if self.troubles else None
        if trouble is not None and not trouble.uncertain:
            raise trouble
        if not hand_over():
            return False
        with self.lock:
            self.sent.append((self.clock(), envelope))
        if trouble is not None:
            raise trouble
        return True

    def close(self) -> None:
        """Nothing is open."""

    def moments(self) -> dict[str, list[datetime]]:
        """When mails went to whom."""
        moments: dict[str, list[datetime]] = {}
        for at, envelope in self.sent:
            moments.setdefault(envelope.recipient, []).append(at)
        return moments

    def contents(self, address: str) -> list[bytes]:
        return [envelope.content for _, envelope in self.sent if envelope.recipient == address]


@dataclass(slots=True)
class Workday:
    """One worker's surroundings: the services, and a time that passes at our word."""

    services: Services
    clock: FakeClock
    post: Post
    passed: timedelta = timedelta()
    appointments: list[tuple[timedelta, Callable[[], object]]] = field(default_factory=list)

    def elapsed(self) -> float:
        return self.passed.total_seconds()

    def until(self, moment: datetime) -> None:
        """A worker works until then, that moment included."""
        self.work(moment - self.clock.now)

    def work(self, duration: timedelta = timedelta()) -> None:
        """A worker works for so long; without a length until it has nothing left to do now."""
        Worker(self.services, Passing(self, self.passed + duration), elapsed=self.elapsed).run()

    def rest_until(self, moment: datetime) -> None:
        """Nobody works until then."""
        self.let_pass(moment - self.clock.now)

    def let_pass(self, duration: timedelta) -> None:
        self.passed += duration
        self.clock.advance(duration)

    def jump(self, by: timedelta) -> None:
        """The clock is set, while no time passes."""
        self.clock.advance(by)

    def later(self, after: timedelta, action: Callable[[], object]) -> None:
        """While the worker works, so long from now, do this."""
        self.appointments.append((self.passed + after, action))
        self.appointments.sort(key=lambda one: one[0])

    def keep_appointments(self) -> None:
        while self.appointments and self.appointments[0][0] <= self.passed:
            self.appointments.pop(0)[1]()

    def until_next_appointment(self) -> timedelta:
        return self.appointments[0][0] - self.passed if self.appointments else timedelta.max

    def until_something_is_due(self) -> timedelta:
        """To the next row's moment, or to the minute before it, in which its mail is composed."""
        now = self.clock.now
        with self.services.database.reading() as session:
            moments = [
                session.scalar(select(func.min(kind.try_at)).where(kind.try_at > now + ahead))
                for kind in (Delivery, Letter)
                for ahead in (timedelta(), COMPOSED_AHEAD)
            ]
        ahead_of = [at - now for at in moments if at is not None]
        return min(
            [*ahead_of, *(ahead - COMPOSED_AHEAD for ahead in ahead_of if ahead > COMPOSED_AHEAD)], default=STRIDE
        )

    def let_mails_go(self) -> None:
        """Until the senders have nothing in hand."""
        never, deadline = Event(), monotonic() + 20
        while self._in_hand():
            assert monotonic() < deadline, "a mail is in hand and never goes"
            never.wait(0.002)

    def _in_hand(self) -> bool:
        with self.services.database.reading() as session:
            return any(
                session.scalar(select(kind.id).where(kind.state.in_(HELD)).limit(1)) is not None
                for kind in (Delivery, Letter)
            )


class Passing(Event):
    """A stop that is never waited for: time passes instead, and at its end it is set."""

    def __init__(self, day: Workday, end: timedelta) -> None:
        super().__init__()
        self._day, self._end = day, end

    def wait(self, timeout: float | None = None) -> bool:
        day, pause = self._day, timedelta(seconds=timeout or 0)
        day.let_mails_go()
        if pause and day.passed >= self._end:
            self.set()
        elif pause:
            # Where the worker would only look around once a second, it looks more rarely, to be quick.
            pause = min(STRIDE, day.until_something_is_due()) if pause == POLL else pause
            day.let_pass(min(pause, self._end - day.passed, day.until_next_appointment()))
            day.keep_appointments()
        return self.is_set()


@dataclass(frozen=True, slots=True)
class Pair:
    """Ana and Ben, who act through the domain's own doors, each time in a transaction of its own."""

    day: Workday

    @classmethod
    def meet(cls, day: Workday, zone: str = "Europe/Berlin") -> "Pair":
        with day.services.database.writing() as session:
            ana, ben = (welcome(session, address, day.clock()) for address in (ANA, BEN))
            ana.introduce(name="Ana", zone=zone)
            ben.introduce(name="Ben", zone=zone)
            form_couple(session, ana, ben, day.clock())
        return cls(day)

    def propose(self, starts_at: datetime, *, rule: str = "", minutes: int = 45, zone: str = "Europe/Berlin") -> int:
        """Ana suggests it. Answers the plan's id."""
        day, parsed = self.day, Rule.parse(rule) if rule else None
        terms = Terms.of(
            Recurrence(wall_clock(starts_at, zone), zone, timedelta(minutes=minutes), parsed), "", day.clock()
        )
        with self.acting(ANA) as act:
            return Plan.propose(act, day.services.catalogue[RITUAL], terms, form_key=f"{starts_at}").id

    def agree(self, starts_at: datetime, *, rule: str = "", minutes: int = 45, zone: str = "Europe/Berlin") -> int:
        """Ana suggests it and Ben says yes at once."""
        plan_id = self.propose(starts_at, rule=rule, minutes=minutes, zone=zone)
        self.accept(plan_id)
        return plan_id

    def accept(self, plan_id: int) -> None:
        with self.acting(BEN) as act:
            self.plan(act, plan_id).accept(act, 1)

    @contextmanager
    def acting(self, address: str) -> Iterator[Act]:
        with self.day.services.database.writing() as session:
            partner = Partner.with_address(session, address)
            assert partner is not None
            yield Act(session, partner, self.day.clock(), window=self.day.services.settings.prompt_window)

    @staticmethod
    def plan(act: Act, plan_id: int) -> Plan:
        plan = Plan.of(act.session, act.by, plan_id, lock=True)
        assert plan is not None
        return plan

    @staticmethod
    def next_one(session: Session, plan_id: int) -> Occurrence:
        first = select(Occurrence).where(Occurrence.plan_id == plan_id).order_by(Occurrence.starts_at)
        return session.scalars(first).first() or Occurrence()

    def occurrence(self, plan_id: int) -> Occurrence:
        """The first one, as it stands."""
        with self.day.services.database.reading() as session:
            return self.next_one(session, plan_id)

    def states(self) -> list[State]:
        """Of all deliveries, by moment and address."""
        ordered = select(Delivery.state).join(Partner).order_by(Delivery.due_at, Partner.address)
        with self.day.services.database.reading() as session:
            return list(session.scalars(ordered))
