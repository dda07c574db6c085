"""With nothing due a worker is quiet: one question a poll, and its other threads wait to be called."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

import pytest
from sqlalchemy import Connection, event

from rituals.agenda import Agenda
from rituals.linked_calendar import LinkedCalendar
from rituals.offer import OfferState
from service.jobs.bell import Bell
from service.worker import Worker
from tests.service.linked_pair import LinkedPair
from tests.service.test_seeking import others_ask, state
from tests.service.workday import BEN, Pair, Workday

HOUR = timedelta(hours=1)
POLL = timedelta(seconds=2)


class Resting(Event):
    """Time passes only while the worker rests; after so many polls it is stopped."""

    def __init__(self, day: Workday, polls: int) -> None:
        super().__init__()
        self._day, self._left = day, polls

    def wait(self, timeout: float | None = None) -> bool:
        self._day.let_pass(timedelta(seconds=timeout or 0))
        self._left -= 1
        if not self._left:
            self.set()
        return self.is_set()


@pytest.fixture
def asked(day: Workday) -> Iterator[list[str]]:
    """Every statement that reads or writes a table."""
    statements: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(day.services.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(day.services.database.engine, "before_cursor_execute", note)


def test_a_worker_with_nothing_due_asks_one_question_a_poll(day: Workday, pair: Pair, asked: list[str]) -> None:
    pair.agree(day.clock.now + 24 * HOUR, rule="FREQ=DAILY")
    day.work(HOUR)
    asked.clear()
    Worker(day.services, Resting(day, polls=60), elapsed=day.elapsed, poll=POLL).run()
    looks = [statement for statement in asked if "min(delivery.try_at)" in statement]
    assert len(looks) == 60
    # Two minutes of signs of life every ten seconds, and of upkeep once a minute, come on top.
    assert len(asked) < 60 + 12 * 5 + 2 * 25 + 10


def test_the_agenda_says_what_is_due_by_kind(day: Workday, pair: Pair) -> None:
    both = LinkedPair.connect(day, pair)
    starts_at = day.clock.now + 6 * 24 * HOUR  # a Sunday
    both.agree(starts_at)
    both.keep_in_step()
    with day.services.database.writing() as session:
        session.get_one(LinkedCalendar, both.linked(BEN).id).look_at = day.clock.now
    others_ask(day)
    with day.services.database.reading() as session:
        agenda = Agenda.read(session)
    now = day.clock.now
    assert agenda.prompt_at == starts_at
    assert not agenda.has_prompts(starts_at - timedelta(seconds=1))
    assert agenda.has_prompts(starts_at)
    assert agenda.has_calendars(now)
    assert agenda.has_times_to_find(now)


def test_who_asks_for_a_time_is_not_kept_waiting_by_quiet_seekers(day: Workday, pair: Pair) -> None:
    """They wait to be called, and the worker calls them at its next look."""
    offer = others_ask(day)
    stop = Event()
    worker = Thread(target=Worker(day.services, stop, poll=timedelta(milliseconds=20)).run)
    worker.start()
    deadline = monotonic() + 10
    while state(day, offer) == OfferState.ASKED and monotonic() < deadline:
        stop.wait(0.005)
    stop.set()
    worker.join()
    assert state(day, offer) != OfferState.ASKED


def test_a_bell_wakes_all_who_wait_and_keeps_nobody_when_it_is_over() -> None:
    bell, woken = Bell(), Event()

    def wait() -> None:
        while not bell.is_over:
            bell.wait(60)
            woken.set()

    waiting = Thread(target=wait)
    waiting.start()
    while not woken.wait(0.005):
        bell.ring()
    bell.end()
    waiting.join(5)
    assert not waiting.is_alive()
