"""Two people who each connected a calendar: theirs are in memory, and so are their phones."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from rituals.act import Act
from rituals.choosing import link
from rituals.connection import CalendarConnection, Way
from rituals.errand import State
from rituals.horizon import occurrence_at
from rituals.linked_calendar import LinkedCalendar
from rituals.news import Happening, News
from rituals.occurrence import Occurrence, Standing
from rituals.outbox import Letter, LetterKind
from rituals.plan import Plan
from rituals.suggestion import Suggestion
from rituals.timetable import Timetable
from service.jobs.calendars import take_a_turn
from tests.fake_calendar import FakeCalendar, FakePhone, FakeProvider
from tests.service.workday import ANA, BEN, Pair, Workday

NAMES = {ANA: "ana's", BEN: "ben's"}
WAYS = {ANA: Way.GOOGLE, BEN: Way.CALDAV}
MADRID = "Europe/Madrid"
SUNDAYS = "FREQ=WEEKLY;BYDAY=SU"


@dataclass(frozen=True, slots=True)
class LinkedPair:
    """Ana and Ben, and what each of their calendars shows."""

    pair: Pair
    provider: FakeProvider

    @classmethod
    def connect(cls, day: Workday, pair: Pair) -> "LinkedPair":
        provider = FakeProvider()
        day.services = replace(day.services, calendars={Way.GOOGLE: provider, Way.CALDAV: provider}, keepers=0)
        both = cls(pair, provider)
        for address in (ANA, BEN):
            provider.add(NAMES[address])
            both.link(address)
        return both

    @property
    def day(self) -> Workday:
        return self.pair.day

    def link(self, address: str, name: str | None = None) -> None:
        """This partner connects a calendar, or connects it again."""
        access = self.provider.calendars[name or NAMES[address]].access
        with self.pair.acting(address) as act:
            vault = self.day.services.vault
            link(act.session, act.by, WAYS[address], access, vault, name="Side by Side", now=act.now)

    def calendar(self, address: str) -> FakeCalendar:
        return self.provider.calendars[NAMES[address]]

    def phone(self, address: str) -> FakePhone:
        return FakePhone(self.calendar(address))

    def agree(self, starts_at: datetime, *, rule: str = SUNDAYS) -> str:
        """A plan to which both say yes, in both calendars. Answers its UID."""
        plan_id = self.pair.agree(starts_at, rule=rule, zone=MADRID)
        self.keep_in_step()
        with self.day.services.database.reading() as session:
            return session.get_one(Plan, plan_id).uid

    def keep_in_step(self) -> None:
        """Every calendar that is due has its turn, until none is."""
        for _ in range(100):
            if not take_a_turn(self.day.services):
                return
        raise AssertionError("the calendars never come to rest")

    def look(self) -> None:
        """As after a quarter of an hour: both calendars are read."""
        with self.day.services.database.writing() as session:
            for linked in session.scalars(select(LinkedCalendar).where(LinkedCalendar.look_at.is_not(None))):
                linked.look_soon(self.day.clock())
        self.keep_in_step()

    def shown(self, uid: str) -> list[Timetable | None]:
        """What Ana's and Ben's calendars show of a plan."""
        both = (self.calendar(address).kept.get(uid) for address in (ANA, BEN))
        return [kept.timetable if kept else None for kept in both]

    def dates(self, uid: str) -> list[dict[datetime, datetime | None]]:
        return [dict(one.dates) if one else {} for one in self.shown(uid)]

    def plan(self, uid: str) -> Plan:
        with self.day.services.database.reading() as session:
            plan = session.scalars(select(Plan).where(Plan.uid == uid)).one()
            _ = [(version.acceptances, version.proposed_by) for version in plan.versions], plan.overrides
            return plan

    def starts(self, uid: str) -> list[datetime]:
        """The moments that stand."""
        with self.day.services.database.reading() as session:
            rows = select(Occurrence.starts_at).join(Plan).where(Plan.uid == uid)
            standing = rows.where(Occurrence.standing == Standing.PLANNED)
            return sorted(session.scalars(standing))

    def occurrence_at(self, act: Act, uid: str, original_starts: datetime) -> Occurrence:
        plan = self.pair.plan(act, self.plan(uid).id)
        occurrence = occurrence_at(act.session, plan, original_starts)
        assert occurrence is not None
        return occurrence

    def letters(self, address: str, kind: LetterKind) -> int:
        """How many of a kind were written to this partner and not withdrawn."""
        with self.day.services.database.reading() as session:
            rows = select(func.count()).where(Letter.to == address, Letter.kind == kind)
            return session.scalars(rows.where(Letter.state != State.WITHDRAWN)).one()

    def told(self, address: str) -> list[Happening]:
        """What this partner was told, in order."""
        with self.day.services.database.reading() as session:
            rows = select(News.what).join(Letter, Letter.id == News.letter_id).where(Letter.to == address)
            return list(session.scalars(rows.order_by(News.id)))

    def suggestions(self) -> list[Suggestion]:
        with self.day.services.database.reading() as session:
            return list(session.scalars(select(Suggestion).order_by(Suggestion.id)))

    def linked(self, address: str) -> LinkedCalendar:
        """The other end of the connection that is current."""
        with self.pair.acting(address) as act:
            connection = CalendarConnection.current(act.session, act.by)
            assert connection is not None
            linked = LinkedCalendar.of(act.session, connection)
            assert linked is not None
            return linked
