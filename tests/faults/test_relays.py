"""Several mail servers, of which one is in trouble: the others take its share, and nobody waits for it."""

from datetime import timedelta

import pytest

from rituals.errand import State
from tests.faults.conftest import Stage
from tests.faults.workers import eventually
from tests.simulators.mail_script import Stage as At
from tests.simulators.mail_script import Visit, hang, on, reply
from tests.simulators.mail_server import MailServer

pytestmark = pytest.mark.faults

SECONDS = timedelta(seconds=3)
"""What 'within seconds' means here, on a busy machine too."""


def use(stage: Stage, *servers: MailServer, options: str = "?connections=2") -> None:
    stage.environ["SMTP_URL"] = ",".join(f"{server.url}{options}" for server in servers)


def test_two_relays_share_the_work(stage: Stage) -> None:
    with MailServer() as other:
        use(stage, stage.server, other)
        stage.worker()
        prompts = stage.due(50, within=timedelta(seconds=1))
        eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
        shares = len(stage.server.messages), len(other.messages)
    assert sum(shares) == 100
    assert min(shares) > 0


@pytest.mark.parametrize("trouble", ["refuses", "hangs after the banner", "hangs before it"])
def test_what_one_relay_does_not_take_goes_through_the_other_within_seconds(stage: Stage, trouble: str) -> None:
    script = {"hangs after the banner": [on(At.EHLO, hang())], "hangs before it": [on(At.BANNER, hang())]}
    with MailServer(script.get(trouble, [])) as broken:
        use(stage, broken, stage.server)
        if trouble == "refuses":
            broken.stop()
        stage.worker(lease=30)
        prompts = stage.due(10, within=timedelta(seconds=1))
        assert stage.server.wait_for_messages(20)
        late = max(copy.at for copy in stage.server.received) - prompts.due_at
        eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
    assert late < SECONDS
    assert set(stage.copies(prompts).values()) == {1}


def test_a_relay_that_takes_few_connections_gets_everything_over_those(stage: Stage) -> None:
    def third(visit: Visit) -> int | None:
        return reply(421, "4.7.0 too many connections from you", hang_up=True)(visit) if visit.connection > 2 else None

    stage.behave(on(At.BANNER, third))
    worker = stage.worker(connections=4)
    prompts = stage.due(20, within=timedelta(seconds=1))
    assert stage.server.wait_for_messages(40)
    late = max(copy.at for copy in stage.server.received) - prompts.due_at
    eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
    assert late < SECONDS
    assert set(stage.copies(prompts).values()) == {1}
    assert "delivery.delayed" not in worker.said()


def test_a_rate_is_kept(stage: Stage) -> None:
    use(stage, stage.server, options="?connections=4&rate=10")
    worker = stage.worker(lease=30)
    prompts = stage.due(10)
    assert stage.server.wait_for_messages(20)
    at = sorted(copy.at for copy in stage.server.received)
    assert timedelta(seconds=1.8) <= at[-1] - at[0] <= timedelta(seconds=1.9) + SECONDS
    eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
    assert "delivery.delayed" not in worker.said()
