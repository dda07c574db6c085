"""The worker: one loop that finds what is due, and some threads that hand it over."""

import random
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from rituals.agenda import Agenda
from rituals.delivery import Delivery
from rituals.heartbeat import Heartbeat
from rituals.linked_calendar import LinkedCalendar
from rituals.outbox import Letter
from rituals.tally import Tally
from service.counting import Counting
from service.emails.desk import Desk
from service.jobs.calendars import LEASE as CALENDAR_LEASE
from service.jobs.calendars import CalendarKeepers
from service.jobs.claims import claim
from service.jobs.hardening import Hardening
from service.jobs.ledger import Ledger
from service.jobs.parcel import Kind
from service.jobs.prompts import Composer
from service.jobs.pruning import forget_passing_things, prune
from service.jobs.seeking import Seekers
from service.jobs.senders import ROOM, Senders
from service.jobs.uncomposed import EARLIEST
from service.jobs.upkeep import (
    expire_proposals,
    extend_horizons,
    repair_calendars,
    tell_of_calendar_trouble,
)
from service.logs import event, failure
from service.services import Services
from service.steady import SteadyClock, elapsed

KINDS: tuple[Kind, ...] = (Delivery, Letter)
POLL = timedelta(seconds=1)
SHORTLY = timedelta(milliseconds=5)
BATCH = 200
COMPOSED_AT_ONCE = 100
"""Few, so that the pages never wait long for the database."""
SWEPT_AT_ONCE = 500
ROOM_SECONDS = 0.05
"""How long to wait at most for the senders to have room again before looking at the rest."""
BEAT = timedelta(seconds=10)
UPKEEP = timedelta(minutes=1)
REST = timedelta(milliseconds=50)
"""Between two bits of slow work: whoever else wants to write comes in between."""
REPAIR = timedelta(hours=1)
DATABASE_PAUSE = timedelta(seconds=1)
"""At most, and never the same twice: in step with what cuts the connections, nothing would ever get through."""
LAST_MAIL = timedelta(seconds=22)
"""How long a running mail may take to end when the worker is asked to stop."""


def run(services: Services, stop: Event) -> None:
    """Work until `stop` is set."""
    Worker(services, stop).run()


class Worker:
    """Does what the rows say. It keeps nothing that they do not; any number may run on PostgreSQL."""

    def __init__(
        self, services: Services, stop: Event, elapsed: Callable[[], float] = elapsed, poll: timedelta = POLL
    ) -> None:
        """Works until `stop` is set. `elapsed` counts seconds that really passed; it looks around once a `poll`."""
        self._services = services
        self._desk = Desk.set_up(services.settings.mail_from, services.links, services.catalogue)
        self._composer = Composer(services, self._desk)
        self._hardening = Hardening(services.database)
        self._ledger = Ledger(services.database, services.clock, services.threads, on_write=self._hardening.note)
        self._senders = Senders(services, self._ledger)
        self._keepers = CalendarKeepers(services)
        self._seekers = Seekers(services)
        self._counting = Counting()
        self._steady = SteadyClock(services.clock, elapsed)
        self._elapsed = elapsed
        self._poll = poll
        self._stop = stop
        self._name = secrets.token_hex(8)
        self._started_at = services.clock()
        self._last_done: dict[str, float] = {}
        self._unfinished: set[str] = set()
        self._crowded = False
        """Whether there were more prompts than could be claimed at once."""

    def run(self) -> None:
        """Until stopped: then the running mails are finished and what was only held is handed back."""
        with self._counting.listening():
            self._work()

    def _work(self) -> None:
        event("worker.started", connections=len(self._senders))
        self._hardening.start()
        self._senders.start()
        self._keepers.start()
        self._seekers.start()
        while not self._stop.is_set():
            self._stop.wait(self._round().total_seconds())
        self._seekers.stop()
        self._keepers.stop(within=timedelta())
        self._senders.stop(within=LAST_MAIL)
        with suppress(SQLAlchemyError):
            self._ledger.tell()
            while self._ledger.unswept:
                self._ledger.sweep(SWEPT_AT_ONCE)
            self._say_goodbye()
        self._hardening.stop()
        event("worker.stopped")

    def _round(self) -> timedelta:
        """One look at everything; how long to rest before the next. Whatever happens, the loop goes on."""
        try:
            return self._look()
        except SQLAlchemyError as error:
            event("worker.database", why=type(error).__name__)
        except Exception as error:
            failure("worker.failed", error)
        return DATABASE_PAUSE * random.uniform(0.2, 1)  # noqa: S311 (jitter)

    def _look(self) -> timedelta:
        steady = self._steady.is_steady()
        self._keepers.go_on(may_begin=steady)
        if self._steady.went_back:
            self._revive()
        self._ledger.tell()
        self._every("beat", BEAT, self._beat)
        if not steady:
            return self._poll
        if self._crowded:
            self._crowded = self._claim(Delivery)
        if self._crowded and not self._is_time("other work", POLL):
            self._senders.wait_for_room(ROOM_SECONDS)
            return timedelta()
        with self._services.database.reading() as session:
            agenda = Agenda.read(session)
        return self._follow(agenda)

    def _follow(self, agenda: Agenda) -> timedelta:
        """Do what is due by it: with nothing due, reading it was all there is to do."""
        now = self._services.clock()
        if agenda.has_calendars(now):
            self._keepers.call()
        if agenda.has_times_to_find(now):
            self._seekers.call()
        if agenda.has_prompts(now) and not self._crowded:
            self._crowded = self._claim(Delivery)
        more = agenda.has_letters(now) and self._claim(Letter)
        if agenda.has_prompts(now + EARLIEST) and self._composer.compose(limit=COMPOSED_AT_ONCE):
            return timedelta()
        if more or self._crowded:
            self._senders.wait_for_room(ROOM_SECONDS)
            return timedelta()
        self._ledger.sweep(SWEPT_AT_ONCE)
        return self._until_next(agenda, at_most=REST if self._keep_up() else self._poll)

    def _claim(self, kind: Kind) -> bool:
        """Take in no more than the senders can soon hand over. True: there may be more."""
        if self._senders.rest():
            return False  # others may have them, and so may we when a relay is back
        if self._senders.waiting >= ROOM:
            return True
        claimed = 0
        for parcel in claim(self._services, self._desk, kind, limit=BATCH):
            self._senders.add(parcel)
            claimed += 1
        return claimed == BATCH

    def _until_next(self, agenda: Agenda, *, at_most: timedelta) -> timedelta:
        """To the next mail's moment, if that is sooner."""
        if rest := self._senders.rest():
            return min(at_most, timedelta(seconds=rest))
        self._senders.nudge()
        if self._senders.waiting or self._ledger.unswept:
            return POLL / 20
        next_at = agenda.mail_at
        return at_most if next_at is None else max(SHORTLY, min(at_most, next_at - self._services.clock()))

    def _keep_up(self) -> bool:
        """The slow work, of which each bit is short. True: there is more."""
        services = self._services
        self._every("upkeep", UPKEEP, self._tidy)
        self._every("repair", REPAIR, lambda: repair_calendars(services))
        extended = self._bit_by_bit("horizon", UPKEEP, lambda: extend_horizons(services) > 0)
        return self._bit_by_bit("prune", UPKEEP, lambda: prune(services)) or extended

    def _tidy(self) -> None:
        expire_proposals(self._services)
        tell_of_calendar_trouble(self._services)
        forget_passing_things(self._services)

    def _beat(self) -> None:
        now = self._services.clock()
        with self._counting.taken() as counts, self._services.database.recording() as session:
            Heartbeat.beat(session, self._name, started_at=self._started_at, now=now)
            Tally.add(session, counts, now)

    def _say_goodbye(self) -> None:
        with self._counting.taken() as counts, self._services.database.recording() as session:
            Heartbeat.stop(session, self._name)
            Tally.add(session, counts, self._services.clock())

    def _revive(self) -> None:
        now, lease = self._services.clock(), self._services.settings.lease
        with self._services.database.writing() as session:
            revived = sum(kind.revive(session, now, lease) for kind in KINDS)
            LinkedCalendar.revive(session, now, CALENDAR_LEASE)
        event("clock.went-back", revived=revived)

    def _every(self, name: str, pause: timedelta, work: Callable[[], None]) -> None:
        if self._is_time(name, pause):
            work()

    def _bit_by_bit(self, name: str, pause: timedelta, work: Callable[[], bool]) -> bool:
        """Once a `pause`, and again as long as it answers that there is more. True: there is."""
        if name in self._unfinished or self._is_time(name, pause):
            self._unfinished.discard(name)
            if work():
                self._unfinished.add(name)
        return name in self._unfinished

    def _is_time(self, name: str, pause: timedelta) -> bool:
        passed = self._elapsed()
        if passed - self._last_done.get(name, float("-inf")) < pause.total_seconds():
            return False
        self._last_done[name] = passed
        return True
