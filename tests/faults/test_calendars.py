"""Connected calendars in the hands of real workers: no provider stands in a mail's way, no death doubles an event."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from rituals.calendar_interfaces import Trouble
from tests.faults.calendars import Connected
from tests.faults.conftest import KEY, Stage
from tests.faults.test_database import cutting
from tests.faults.workers import eventually
from tests.postgres import Postgres
from tests.simulators.google_calendar.faults import HANG, LOST, Delivery, Fault
from tests.simulators.google_calendar.simulator import GoogleCalendar

pytestmark = pytest.mark.faults
HOUR = timedelta(hours=1)
SLOW = Fault(delivery=Delivery.DRIP, seconds=0.005)
"""Some seconds, which is within what one call may take."""


@pytest.fixture
def google() -> Iterator[GoogleCalendar]:
    with GoogleCalendar() as google:
        yield google
    assert google.violations == []


@pytest.fixture
def connected(google: GoogleCalendar, stage: Stage) -> Connected:
    connected = Connected(google, stage.database, KEY)
    stage.environ = connected.environ
    return connected


def tomorrow() -> datetime:
    """At a time that suits both by their usual ritual hours."""
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=17, minute=0, second=0, microsecond=0)


def test_a_provider_that_never_answers_keeps_no_prompt_back(stage: Stage, connected: Connected) -> None:
    for number in range(1, 4):
        connected.couple(number, starts_at=tomorrow())
    connected.google.fault(HANG, times=100)
    stage.worker()
    prompts = stage.due(20, within=timedelta(seconds=2))
    assert stage.server.wait_for_messages(40)
    ours = [copy for copy in stage.server.received if copy.recipient in prompts.addresses]
    late = [copy.at - prompts.due_at for copy in ours]
    assert connected.google.calls.total() >= 4, "all who look after calendars wait for an answer"
    assert len(ours) == 40
    assert max(late) < timedelta(seconds=5)


def test_a_drag_on_one_phone_moves_it_on_the_other_by_way_of_the_worker(stage: Stage, connected: Connected) -> None:
    plan = connected.couple(1, starts_at=tomorrow())
    stage.worker()
    eventually(lambda: bool(connected.coming(plan, "ana") and connected.coming(plan, "ben")), what="it stands in both")
    first = connected.coming(plan, "ben")[0]
    connected.phone(plan, "ben").move_date(first.calendar_id, first.event_id, first.original, first.starts + HOUR)
    connected.wake()
    eventually(
        lambda: connected.coming(plan, "ana")[0].starts_at == first.starts_at + HOUR, what="it moved for the other"
    )
    assert connected.starts(plan)[0] == first.starts_at + HOUR


def test_an_insert_whose_answer_was_lost_with_its_worker_is_one_event(stage: Stage, connected: Connected) -> None:
    connected.google.fault(LOST, method="calendar.events.insert", times=2)
    plan = connected.couple(1, starts_at=tomorrow())
    worker = stage.worker()
    eventually(lambda: connected.google.calls["calendar.events.insert"] >= 2, what="both were written")
    worker.kill()
    connected.take_from_the_dead()
    stage.worker()
    eventually(connected.all_written, what="both are known to be written")
    for name in ("ana", "ben"):
        assert len({one.event_id for one in connected.coming(plan, name)}) == 1
        assert [one.starts_at for one in connected.coming(plan, name)] == connected.starts(plan)[:3]


def test_a_worker_that_waits_for_a_provider_goes_when_it_is_asked_to(stage: Stage, connected: Connected) -> None:
    connected.couple(1, starts_at=tomorrow())
    connected.google.fault(HANG, times=100)
    worker = stage.worker()
    eventually(lambda: connected.google.calls.total() >= 2, what="both calendars are asked")
    worker.terminate()
    assert worker.wait(15) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_stopped_in_the_middle_of_a_write_past_its_lease_changes_nothing_when_it_wakes(
    stage: Stage, connected: Connected
) -> None:
    connected.google.fault(SLOW, method="calendar.events.insert", times=2)
    plan = connected.couple(1, starts_at=tomorrow())
    sleeper = stage.worker()
    eventually(lambda: connected.google.calls["calendar.events.insert"] >= 2, what="both are being written")
    sleeper.stop()
    connected.take_from_the_dead()
    stage.worker()
    eventually(connected.all_written, what="both are known to be written")
    first = connected.coming(plan, "ben")[0]
    connected.phone(plan, "ben").move_date(first.calendar_id, first.event_id, first.original, first.starts + HOUR)
    connected.wake()
    moved = first.starts_at + HOUR
    eventually(lambda: connected.coming(plan, "ana")[0].starts_at == moved, what="it moved for the other")
    sleeper.wake()
    eventually(lambda: sleeper.said().count("calendar.turn-lost") == 2, what="it finds its turns taken")
    for name in ("ana", "ben"):
        assert len({one.event_id for one in connected.coming(plan, name)}) == 1
        assert [one.starts_at for one in connected.coming(plan, name)] == connected.starts(plan)[:3]
    assert connected.starts(plan)[0] == moved


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_cut_every_half_second_leave_no_calendar_behind(
    stage: Stage, connected: Connected, postgres: Postgres
) -> None:
    plans = [connected.couple(number, starts_at=tomorrow()) for number in range(1, 4)]
    connected.google.set_latency(0.1)
    worker = stage.worker()
    with cutting(postgres, stage.database_url):
        eventually(
            lambda: all(connected.coming(plan, name) for plan in plans for name in ("ana", "ben")),
            what="every plan stands in both calendars",
        )
    eventually(connected.all_written, what="all are known to be written")
    for plan in plans:
        for name in ("ana", "ben"):
            assert len({one.event_id for one in connected.coming(plan, name)}) == 1
    assert worker.is_running()
    assert "Traceback" not in worker.said()


def test_access_that_was_taken_back_is_told_to_its_owner_once_and_prompts_go_on(
    stage: Stage, connected: Connected
) -> None:
    plan = connected.couple(1, starts_at=tomorrow())
    worker = stage.worker()
    eventually(connected.all_written, what="it stands in both")
    asked = connected.google.calls["oauth.token"]
    connected.google.authorization.withdraw("ben-1@example.org")
    connected.wake()
    eventually(lambda: connected.troubles() == {"ben-1@example.org": Trouble.RECONNECT}, what="we are refused")
    worker.terminate()
    assert worker.wait() == 0
    stage.worker()  # which looks at once whether somebody is to be told
    eventually(lambda: told(stage, "ben-1@example.org") == 1, what="its owner is told")
    for _ in range(3):
        connected.wake()
        prompts = stage.due(1)
        eventually(prompts.all_settled, what="prompts go on")
    assert connected.google.calls["oauth.token"] == asked + 1, "one renewal, and no more"
    assert (told(stage, "ben-1@example.org"), told(stage, "ana-1@example.org")) == (1, 0)
    assert connected.coming(plan, "ana")


def told(stage: Stage, address: str) -> int:
    """How many mails came to them."""
    return sum(copy.recipient == address for copy in stage.server.received)
