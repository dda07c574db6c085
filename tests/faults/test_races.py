"""Many prompts due at one moment, and several workers after them."""

from datetime import timedelta

import pytest

from rituals.errand import State
from tests.faults.conftest import Stage

pytestmark = pytest.mark.faults

COUPLES = 100


@pytest.mark.parametrize(
    ("database_url", "workers"),
    [
        pytest.param("sqlite", 1, id="one on SQLite"),
        pytest.param("postgresql", 2, id="two on PostgreSQL"),
        pytest.param("postgresql", 4, id="four on PostgreSQL"),
    ],
    indirect=["database_url"],
)
def test_each_of_200_prompts_goes_once(stage: Stage, workers: int) -> None:
    stage.crew(workers, lease=30)
    prompts = stage.due(COUPLES, within=timedelta(seconds=3), window=timedelta(seconds=60))
    assert stage.server.wait_for_messages(2 * COUPLES, timeout=40)
    for worker in stage.workers:
        worker.terminate()
    assert [worker.wait() for worker in stage.workers] == [0] * workers
    assert prompts.states() == {State.SENT: 2 * COUPLES}
    assert set(stage.copies(prompts).values()) == {1}
    assert len(stage.server.copies()) == 2 * COUPLES
