"""Ana and Ben, their two plans, and what they do about them while workers are at it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from rituals.act import Act
from rituals.couple import Partner
from rituals.leaving import leave
from rituals.muting import start_mails, stop_mails
from rituals.occurrence import Occurrence
from rituals.outbox import Letter
from rituals.plan import Plan
from rituals.recurrence import Recurrence, wall_clock
from rituals.refused import RefusedError
from rituals.version import Terms
from service.services import Services
from tests.fakes import FakeClock
from tests.service.workday import ANA, BEN, RITUAL, Pair, Post, Workday
from tests.simulation.world import World

BOTH = (ANA, BEN)
ZONE = "Europe/Berlin"


def settle_down(services: Services, starts_at: datetime) -> None:
    """Two plans that start together: one is an hour long and comes three days, one is short and comes once."""
    clock = FakeClock(starts_at - timedelta(hours=1))
    pair = Pair.meet(Workday(services, clock, Post(clock)), ZONE)
    pair.agree(starts_at, rule="FREQ=DAILY;COUNT=3", minutes=60, zone=ZONE)
    _agree_on_another(pair, starts_at)
    with services.database.writing() as session:
        session.execute(delete(Letter))


def _agree_on_another(pair: Pair, starts_at: datetime) -> None:
    day = pair.day
    terms = Terms.of(Recurrence(wall_clock(starts_at, ZONE), ZONE, timedelta(minutes=12), None), "", day.clock())
    with pair.acting(ANA) as act:
        plan_id = Plan.propose(act, day.services.catalogue[RITUAL], terms, form_key="another").id
    pair.accept(plan_id)


@dataclass(frozen=True, slots=True)
class Deed:
    """One of the two does something; what is refused is left as it was."""

    who: int = 0
    plan: int = 0

    def __call__(self, world: World) -> None:
        world.free_the_database()
        now = world.time.now()
        with suppress(RefusedError), world.services.database.writing() as session:
            partner = Partner.with_address(session, BOTH[self.who])
            assert partner is not None
            act = Act(session, partner, now, window=world.services.settings.prompt_window)
            plans = session.scalars(select(Plan.id).order_by(Plan.id)).all()
            plan = Plan.of(session, partner, plans[self.plan], lock=True)
            if plan is not None:
                world.record.say(f"the couple: {self}")
                self.do(act, plan)
        world.check()

    def do(self, act: Act, plan: Plan) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Dated(Deed):
    """About one date, counted from the first."""

    date: int = 0

    def do(self, act: Act, plan: Plan) -> None:
        dates = select(Occurrence.id).where(Occurrence.plan_id == plan.id).order_by(Occurrence.original_starts)
        ids = act.session.scalars(dates).all()
        occurrence = Occurrence.of(act.session, act.by, ids[self.date % len(ids)], lock=True)
        if occurrence is not None:
            self.change(act, occurrence)

    def change(self, act: Act, occurrence: Occurrence) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Move(Dated):
    """To so many minutes from now, in whole ones."""

    minutes: int = 5

    def change(self, act: Act, occurrence: Occurrence) -> None:
        to = wall_clock(act.now + timedelta(minutes=self.minutes), ZONE)
        occurrence.move(act, to.replace(second=0, microsecond=0))


@dataclass(frozen=True, slots=True)
class Skip(Dated):
    def change(self, act: Act, occurrence: Occurrence) -> None:
        occurrence.skip(act)


@dataclass(frozen=True, slots=True)
class Restore(Dated):
    def change(self, act: Act, occurrence: Occurrence) -> None:
        occurrence.restore(act)


@dataclass(frozen=True, slots=True)
class Pause(Deed):
    def do(self, act: Act, plan: Plan) -> None:
        plan.pause(act)


@dataclass(frozen=True, slots=True)
class Resume(Deed):
    def do(self, act: Act, plan: Plan) -> None:
        plan.resume(act)


@dataclass(frozen=True, slots=True)
class Mute(Deed):
    def do(self, act: Act, plan: Plan) -> None:
        stop_mails(act, plan)


@dataclass(frozen=True, slots=True)
class Unmute(Deed):
    def do(self, act: Act, plan: Plan) -> None:
        start_mails(act, plan)


@dataclass(frozen=True, slots=True)
class Leave(Deed):
    def do(self, act: Act, plan: Plan) -> None:
        leave(act.session, act.by, act.now, events_stay=True)
