"""Ana and Ben, each with a connected calendar at the end of a road, and what either has wished for."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.calendar_interfaces import Access, Calendar, CalendarProvider, Trouble
from rituals.choosing import link
from rituals.connection import CalendarConnection, Way
from rituals.horizon import derive, occurrence_at
from rituals.linked_calendar import LinkedCalendar
from rituals.occurrence import Occurrence
from rituals.placement import Placement
from rituals.plan import Plan, PlanState
from rituals.recurrence import Recurrence
from rituals.refused import RefusedError
from rituals.timetable import Timetable
from service.jobs.calendars import LEASE, take_a_turn
from tests.contracts.calendar import Phone
from tests.in_step.road import FarProvider, KilledError, Road, Spoiling
from tests.in_step.wishes import Wishes
from tests.service.workday import ANA, BEN, Pair, Workday

BOTH = (ANA, BEN)
MOST_TURNS = 60


class SplittingPhone(Phone, Protocol):
    def split(self, uid: str, ends: Recurrence, goes_on: Recurrence) -> None:
        """'This and all following': the series ends, and another goes on."""
        ...


@dataclass(frozen=True, slots=True)
class Side:
    """One partner's calendar, seen from its own end."""

    way: Way
    access: Access
    provider: CalendarProvider
    phone: SplittingPhone
    shown: Callable[[], Mapping[str, Timetable]]
    """By UID. Whatever else is there stands under a name of its own."""
    another: Callable[[], "Side"]
    """Another calendar of theirs, by the same way."""
    in_pieces: Callable[[Road], None] = lambda _road: None
    """Where a write is several calls: lets something happen between them."""


@dataclass(slots=True)
class Household:
    """Who does what goes through the domain's own doors, each time in a transaction of its own."""

    pair: Pair
    sides: dict[str, Side]
    roads: dict[str, Road]
    """By partner: to the calendar that they have connected now."""
    ways: dict[str, Road]
    """By calendar: also to those that were left."""
    left: list[tuple[Side, Road]] = field(default_factory=list)
    """What is to be cleared, where we can still get in."""
    wishes: Wishes = field(default_factory=Wishes)
    uids: list[str] = field(default_factory=list)

    @classmethod
    def connect(cls, day: Workday, sides: Mapping[str, Side], spoiled: Spoiling | None = None) -> "Household":
        roads = {one.access.calendar: Road() for one in sides.values()}
        providers = {one.way: FarProvider(one.provider, roads, spoiled or _as_it_is) for one in sides.values()}
        day.services = replace(day.services, calendars=providers, keepers=0)
        home = cls(
            Pair.meet(day), dict(sides), {name: roads[one.access.calendar] for name, one in sides.items()}, roads
        )
        for name, side in sides.items():
            side.in_pieces(home.roads[name])
        for name in BOTH:
            home.link(name)
        return home

    @property
    def day(self) -> Workday:
        return self.pair.day

    @property
    def now(self) -> datetime:
        return self.day.clock()

    def link(self, name: str) -> None:
        side = self.sides[name]
        with self.pair.acting(name) as act:
            link(act.session, act.by, side.way, side.access, self.day.services.vault, name="Ours", now=act.now)

    def move_house(self, name: str) -> None:
        """They connect another calendar in place of the one they had."""
        before, road = self.sides[name], self.roads[name]
        road.is_out_of_reach |= bool(road.late)
        self.left.append((before, road))
        side = self.sides[name] = before.another()
        self.roads[name] = self.ways[side.access.calendar] = Road()
        side.in_pieces(self.roads[name])
        self.link(name)
        self.wishes.begin_anew(name)

    def turns(self) -> None:
        """Every calendar that is due has its turn. Whoever is killed in one is followed by another."""
        for _ in range(MOST_TURNS):
            with suppress(KilledError):
                if not take_a_turn(self.day.services):
                    return
        raise AssertionError("the calendars never come to rest")

    def look(self) -> None:
        """As after a quarter of an hour: both calendars are read."""
        with self.day.services.database.writing() as session:
            for linked in session.scalars(select(LinkedCalendar).where(LinkedCalendar.look_at.is_not(None))):
                linked.look_soon(self.now)
        self.turns()

    def rest(self) -> None:
        """Nothing disturbs any more, and whatever waits has its time: leases run out, access is given again."""
        for road in self.ways.values():
            road.calm()
        self.let_pass(timedelta(hours=2))
        for name in BOTH:
            if self.linked(name).trouble == Trouble.RECONNECT:
                self.link(name)
        self.look()
        self.look()

    def let_pass(self, duration: timedelta) -> None:
        """Also with nobody at work: whoever comes next finds the rows reaching far enough."""
        self.day.let_pass(duration)
        if duration < timedelta(hours=12):
            return
        with self.day.services.database.writing() as session:
            for plan in session.scalars(select(Plan).where(Plan.horizon_at.is_not(None)).with_for_update()):
                derive(session, plan, self.now, window=self.day.services.settings.prompt_window)

    def outlive_a_lease(self) -> None:
        """Somebody waits so long for an answer that another takes the turn, and then goes on."""
        self.day.let_pass(LEASE + timedelta(minutes=1))
        self.turns()

    @contextmanager
    def acting(self, name: str, uid: str) -> Iterator[tuple[Act, Plan]]:
        """What is refused is left as it was."""
        with suppress(RefusedError), self.pair.acting(name) as act:
            found = act.session.scalars(select(Plan.id).where(Plan.uid == uid)).one()
            yield act, Pair.plan(act, found)

    @contextmanager
    def seeing(self, uid: str) -> Iterator[tuple[Session, Plan]]:
        with self.day.services.database.reading() as session:
            yield session, session.scalars(select(Plan).where(Plan.uid == uid)).one()

    def agreed(self, uid: str) -> Recurrence | None:
        """The rule in force while the plan runs."""
        with self.seeing(uid) as (_, plan):
            return plan.recurrence if plan.state == PlanState.AGREED else None

    def occurrence(self, act: Act, plan: Plan, original: datetime) -> Occurrence:
        found = occurrence_at(act.session, plan, original)
        if found is None:
            raise RefusedError("The rule has no such date.")
        return found

    def linked(self, name: str) -> LinkedCalendar:
        """The other end of the connection that is current."""
        with self.pair.acting(name) as act:
            connection = CalendarConnection.current(act.session, act.by)
            assert connection is not None
            linked = LinkedCalendar.of(act.session, connection)
            assert linked is not None
            return linked

    def is_writing(self, name: str, uid: str) -> bool:
        """Whether we have asked for something there of which we do not know yet whether it was done."""
        connection_id = self.linked(name).connection_id
        with self.seeing(uid) as (session, plan):
            here = select(Placement).where(Placement.plan_id == plan.id, Placement.connection_id == connection_id)
            return any(one.intended is not None for one in session.scalars(here))

    def shown(self, name: str) -> Mapping[str, Timetable]:
        return self.sides[name].shown()


def _as_it_is(calendar: Calendar) -> Calendar:
    return calendar
