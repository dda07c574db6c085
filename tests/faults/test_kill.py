"""A worker that is killed, at a chosen stage of a mail or at any moment, and one that is asked to stop.

Twice in the same gap is the one case where 'never lost' and 'never a third copy' cannot both hold: a mail whose worker
was killed in the gap between the recorded intent and the recorded answer, and whose last copy met the same fate, is
closed as unknown. Nobody can say whether it arrived, and nothing more is sent.
"""

from random import Random
from threading import Event

import pytest

from rituals.errand import State
from tests.faults.conftest import Stage
from tests.faults.workers import eventually
from tests.simulators.mail_script import Stage as At
from tests.simulators.mail_script import Visit, call, hold, on

pytestmark = pytest.mark.faults

KILLS = 4


@pytest.mark.parametrize("at", [At.BANNER, At.MAIL, At.RCPT, At.DATA])
def test_killed_before_the_body_one_copy_after_the_restart(stage: Stage, at: At) -> None:
    worker = stage.worker(connections=1)
    stage.behave(on(at, call(lambda _: worker.kill()), first=1))
    prompts = stage.due()
    assert stage.server.wait_for(at)
    stage.worker()
    assert stage.server.wait_for_messages(2, timeout=30)
    eventually(prompts.all_settled, what="both are settled")
    assert prompts.states() == {State.SENT: 2}
    assert set(stage.copies(prompts).values()) == {1}


@pytest.mark.parametrize("answered", [False, True], ids=["before its 250", "right after its 250"])
def test_killed_after_the_body_one_or_two_identical_copies(stage: Stage, answered: bool) -> None:
    worker = stage.worker(connections=1)

    def strike(visit: Visit) -> None:
        if answered:
            visit.say(b"250 2.0.0 kept\r\n")
        worker.kill()

    stage.behave(on(At.AFTER_BODY, call(strike), first=1))
    prompts = stage.due()
    assert stage.server.wait_for_copies(1)
    stage.worker()
    eventually(prompts.all_settled, what="both are settled")
    copies = stage.copies(prompts)
    struck = stage.server.received[0].recipient
    assert copies.pop(struck) in (1, 2)
    assert list(copies.values()) == [1]
    assert len(stage.contents(struck)) == 1
    assert prompts.states() == {State.SENT: 2}


def test_killed_after_every_body_two_identical_copies_and_never_a_third(stage: Stage) -> None:
    prompts = stage.due()
    for _ in range(2):
        worker = stage.worker(connections=1)
        stage.behave(on(At.AFTER_BODY, call(lambda _, worker=worker: worker.kill()), recipient=is_ana))
        eventually(lambda worker=worker: not worker.is_running(), what="the worker dies")
    stage.behave()
    stage.worker()
    eventually(prompts.all_settled, what="both are settled")
    ana, ben = prompts.addresses
    assert prompts.state(ana) == State.UNKNOWN
    assert prompts.state(ben) == State.SENT
    assert stage.copies(prompts) == {ana: 2, ben: 1}
    assert len(stage.contents(ana)) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("connections", [1, 4])
def test_killed_at_random_moments_none_is_lost_and_none_comes_thrice(stage: Stage, connections: int) -> None:
    chance = Random()
    crew = stage.crew(2, connections=connections)
    in_hand: list[str] = []
    stage.behave(
        on(At.RCPT, call(lambda visit: in_hand.append(visit.recipient))),
        on(At.AFTER_BODY, call(lambda visit: visit.closing.wait(0.01))),
    )
    prompts = stage.due(75)
    for _ in range(KILLS):
        at = chance.choice([At.MAIL, At.RCPT, At.DATA, At.BODY, At.AFTER_BODY])
        stage.server.wait_for(at, stage.server.reached(at) + chance.randint(1, 25), timeout=1)
        victim = chance.randrange(2)
        crew[victim].kill()
        crew[victim] = stage.call_worker(connections=connections)
    eventually(prompts.all_settled, what="all are settled")
    copies = stage.copies(prompts)
    assert max(copies.values()) <= 2
    assert sum(copies.values()) <= len(copies) + KILLS * connections
    assert all(len(stage.contents(address)) == 1 for address, number in copies.items() if number)
    caught_twice = {address for address in copies if in_hand.count(address) >= 2}
    assert {address for address, number in copies.items() if not number} <= caught_twice
    assert prompts.states()[State.SENT] >= len(copies) - len(caught_twice)
    assert prompts.all_are(State.SENT, State.UNKNOWN)


def test_asked_to_stop_while_sending_it_finishes_the_running_mail(stage: Stage) -> None:
    go_on = Event()
    stage.behave(on(At.AFTER_BODY, hold(go_on), first=1))
    worker = stage.worker(lease=30, connections=1)
    prompts = stage.due(3)
    assert stage.server.wait_for(At.AFTER_BODY)
    worker.terminate()
    go_on.set()
    assert worker.wait(30) == 0
    assert stage.server.wait_for_messages(1)
    assert prompts.state(stage.server.messages[0].recipient) == State.SENT
    assert prompts.all_are(State.SENT, State.PLANNED)
    stage.worker()
    assert stage.server.wait_for_messages(6, timeout=30)
    assert set(stage.copies(prompts).values()) == {1}


def is_ana(address: str) -> bool:
    return address.startswith("ana")
