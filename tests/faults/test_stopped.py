"""A worker that stands still (SIGSTOP, a suspended machine, a long pause) while another takes its work over."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from rituals.errand import State
from tests.faults.conftest import Stage
from tests.faults.workers import WorkerProcess, eventually
from tests.simulators.mail_script import Stage as At
from tests.simulators.mail_script import Visit, call, on

pytestmark = [pytest.mark.faults, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]


def test_stopped_before_data_past_its_lease_one_copy(stage: Stage) -> None:
    sleeper = stage.worker(connections=1)
    prompts = stage.due(within=timedelta(seconds=1))
    stage.behave(on(At.RCPT, call(lambda _: sleeper.stop()), first=1))
    assert stage.server.wait_for(At.RCPT)
    stage.worker()
    assert stage.server.wait_for_messages(2)
    wake_until_idle(sleeper)
    assert set(stage.copies(prompts).values()) == {1}
    assert prompts.states() == {State.SENT: 2}


def test_stopped_after_the_body_past_its_lease_two_identical_copies_at_most(stage: Stage) -> None:
    sleeper = stage.worker(connections=1)
    prompts = stage.due(within=timedelta(seconds=1))
    stage.behave(on(At.AFTER_BODY, call(lambda _: sleeper.stop()), first=1))
    assert stage.server.wait_for(At.AFTER_BODY)
    stage.worker()
    eventually(prompts.all_settled, what="both are settled")
    wake_until_idle(sleeper)
    copies = stage.copies(prompts)
    struck = stage.server.received[0].recipient
    assert copies.pop(struck) == 2
    assert list(copies.values()) == [1]
    assert len(stage.contents(struck)) == 1
    assert prompts.states() == {State.SENT: 2}


@pytest.mark.parametrize("at", [At.RCPT, At.DATA])
def test_stopped_past_the_window_nothing_leaves_after_it(stage: Stage, at: At) -> None:
    sleeper = stage.worker(lease=30, connections=1)
    stopped = Event()

    def strike(_: Visit) -> None:
        sleeper.stop()
        stopped.set()

    prompts = stage.due(within=timedelta(seconds=1), window=timedelta(seconds=1.5))
    stage.behave(on(at, call(strike), first=1))
    assert stopped.wait(20)
    eventually(lambda: datetime.now(UTC) > prompts.expires_at, what="the window closes")
    sleeper.wake()
    eventually(prompts.all_settled, what="both are settled")
    assert prompts.states() == {State.EXPIRED: 2}
    assert set(stage.copies(prompts).values()) == {0}


def wake_until_idle(sleeper: WorkerProcess) -> None:
    """Wake it, and let it finish what it has in hand."""
    sleeper.wake()
    sleeper.terminate()
    assert sleeper.wait() == 0
