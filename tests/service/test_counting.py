"""Numbers to watch the service by: what the log tells is counted, in rows that every process can read."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest

from rituals.errand import State
from rituals.interfaces import MailError
from rituals.tally import KEPT, RELAY, STEP, Count, Ending, Outcome, Tally, within
from service import logs
from service.counting import Counting
from service.database import Database
from tests.fakes import FakeClock
from tests.service.workday import Pair, Workday

SENT = Ending("delivery", Outcome.SENT, "mail.example:25", 1000)
GONE = Ending("letter", Outcome.EXPIRED)
BUSY = MailError("RCPT: 450 4.2.1")
NO_ANSWER = MailError("after the body: no answer in time", uncertain=True)
NO = MailError("RCPT: 550 5.1.1", permanent=True, recipient_refused=True)


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """The level at which the program's own events are heard, as in the running program."""
    log = logging.getLogger(logs.NAME)
    level = log.level
    log.setLevel(logging.INFO)
    yield
    log.setLevel(level)


def told(day: Workday) -> dict[tuple[str, Outcome], int]:
    """How many mails ended how, whichever way they went and however late."""
    found: dict[tuple[str, Outcome], int] = {}
    with day.services.database.reading() as session:
        for ending, count in Tally.ever(session).items():
            key = ending.kind, ending.outcome
            found[key] = found.get(key, 0) + count.mails
    return found


def test_what_a_worker_did_is_counted_in_rows(day: Workday, pair: Pair) -> None:
    pair.agree(day.clock.now + timedelta(minutes=2), minutes=10)
    day.work(timedelta(minutes=1))
    day.post.troubles += [NO, BUSY]
    day.work(timedelta(minutes=3))
    assert sorted(pair.states()) == [State.FAILED, State.SENT]
    counted = told(day)
    assert counted["delivery", Outcome.SENT] == 1
    assert counted["delivery", Outcome.REFUSED] == 1
    assert counted["delivery", Outcome.DELAYED] == 1


def test_what_nobody_can_know_is_counted_once(day: Workday, pair: Pair) -> None:
    pair.agree(day.clock.now + timedelta(minutes=2), minutes=10)
    day.work(timedelta(minutes=1))
    day.post.troubles += [NO_ANSWER] * 4
    day.work(timedelta(minutes=3))
    assert pair.states() == [State.UNKNOWN, State.UNKNOWN]
    counted = told(day)
    assert counted["delivery", Outcome.UNCERTAIN] == 4
    assert counted["delivery", Outcome.UNKNOWN] == 2


def test_a_count_that_could_not_be_written_is_not_lost() -> None:
    counting = Counting()
    with counting.listening():
        logs.event("delivery.sent", id=1, late_ms=900, relay="mail.example:25")
    with pytest.raises(OSError, match="away"), counting.taken():
        logs.event("delivery.sent", id=2)  # nobody listens any more
        raise OSError("away")
    with counting.taken() as counts:
        assert counts == {SENT: Count(1, 0.9)}
    with counting.taken() as counts:
        assert counts == {}


def test_a_mail_server_that_cannot_be_reached_is_counted() -> None:
    counting = Counting()
    with counting.listening():
        logs.event("relay.unreachable", relay="mail.example:25", why="connect: no answer in time")
    with counting.taken() as counts:
        assert counts == {Ending(RELAY, Outcome.UNREACHABLE, "mail.example:25"): Count(1)}


@pytest.mark.parametrize("name", ["worker.started", "delivery.without-ritual", "horizon.extended", "delivery", "x"])
def test_other_events_are_not_counted(name: str) -> None:
    counting = Counting()
    with counting.listening():
        logs.event(name, id=1)
    with counting.taken() as counts:
        assert counts == {}


def test_counts_grow_by_steps_and_for_ever(database: Database, clock: FakeClock) -> None:
    for mails in (2, 3):
        with database.writing() as session:
            Tally.add(session, {SENT: Count(mails, 0.5)}, clock())
        clock.advance(STEP)
    with database.reading() as session:
        assert Tally.ever(session) == {SENT: Count(5, 1.0)}
        assert Tally.since(session, clock() - timedelta(seconds=1)) == {SENT: Count(3, 0.5)}
        assert Tally.since(session, clock() - timedelta(hours=1)) == {SENT: Count(5, 1.0)}
    clock.advance(KEPT)
    with database.writing() as session:
        Tally.add(session, {GONE: Count(1)}, clock())
    with database.reading() as session:
        assert Tally.since(session, clock() - 2 * KEPT) == {GONE: Count(1)}
        assert Tally.ever(session) == {SENT: Count(5, 1.0), GONE: Count(1)}


def test_workers_count_side_by_side(database: Database, clock: FakeClock) -> None:
    both = {SENT: Count(1, 0.5), GONE: Count(1)}

    def count() -> None:
        for _ in range(10):
            with database.recording() as session:
                Tally.add(session, dict(reversed(both.items())), clock())

    workers = [Thread(target=count) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with database.reading() as session:
        assert Tally.ever(session) == {SENT: Count(30, 15.0), GONE: Count(30)}


@pytest.mark.parametrize(
    ("seconds", "milliseconds"), [(-1, 100), (0.1, 100), (0.101, 250), (1, 1000), (300, 300_000), (301, 0)]
)
def test_lateness_is_told_by_bounds(seconds: float, milliseconds: int) -> None:
    assert within(timedelta(seconds=seconds)) == milliseconds
