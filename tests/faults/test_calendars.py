"""Connected calendars in the hands of real workers: no provider stands in a mail's way, no death doubles an event."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.calendars import Connected
from tests.faults.conftest import KEY, Stage
from tests.faults.workers import eventually
from tests.simulators.google_calendar.faults import HANG, LOST
from tests.simulators.google_calendar.simulator import GoogleCalendar

pytestmark = pytest.mark.faults
HOUR = timedelta(hours=1)


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
