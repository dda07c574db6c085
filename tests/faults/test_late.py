"""Mail servers and workers that are away: inside the window one copy, after it none."""

from datetime import timedelta

import pytest

from rituals.errand import State
from tests.faults.conftest import Stage
from tests.faults.workers import eventually

pytestmark = pytest.mark.faults


def test_nothing_leaves_before_its_start_and_everything_within_seconds_of_it(stage: Stage) -> None:
    stage.worker()
    prompts = stage.due(5, within=timedelta(seconds=2))
    assert stage.server.wait_for_messages(10)
    late = [copy.at - prompts.due_at for copy in stage.server.received]
    assert min(late) >= timedelta()
    assert max(late) < timedelta(seconds=3)


def test_a_mail_server_away_for_the_whole_window_gets_nothing_afterwards(stage: Stage) -> None:
    stage.server.stop()
    stage.worker()
    prompts = stage.due(5, window=timedelta(seconds=2))
    eventually(lambda: prompts.all_are(State.EXPIRED), what="all are expired")
    stage.server.start()
    next_ones = stage.due()
    assert stage.server.wait_for_messages(2)
    assert {copy.recipient for copy in stage.server.received} == set(next_ones.addresses)


def test_a_mail_server_that_comes_back_inside_the_window_gets_one_copy(stage: Stage) -> None:
    stage.server.stop()
    worker = stage.worker()
    prompts = stage.due(window=timedelta(seconds=10))
    eventually(lambda: worker.said().count("relay.unreachable") >= 2, what="it was tried twice")
    stage.server.start()
    assert stage.server.wait_for_messages(2)
    assert set(stage.copies(prompts).values()) == {1}
    assert max(copy.at for copy in stage.server.received) < prompts.expires_at


def test_a_worker_down_for_part_of_the_window_makes_one_copy(stage: Stage) -> None:
    prompts = stage.due(within=timedelta(seconds=-20))
    stage.worker()
    assert stage.server.wait_for_messages(2)
    assert set(stage.copies(prompts).values()) == {1}


def test_a_worker_down_past_the_window_sends_nothing_and_starts_with_no_burst(stage: Stage) -> None:
    missed = stage.due(40, within=timedelta(minutes=-45), window=timedelta(minutes=15))
    worker = stage.worker()
    eventually(lambda: missed.all_are(State.EXPIRED), what="all are expired")
    next_ones = stage.due()
    assert stage.server.wait_for_messages(2)
    assert {copy.recipient for copy in stage.server.received} == set(next_ones.addresses)
    assert worker.said().count("delivery.expired") == 80
