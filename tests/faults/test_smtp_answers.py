"""Every answer that a mail server can give, and the answers that never come."""

from datetime import timedelta

import pytest

from rituals.errand import State
from tests.faults.conftest import Stage
from tests.faults.couples import Prompts
from tests.faults.workers import eventually
from tests.simulators.mail_script import Stage as At
from tests.simulators.mail_script import drop, hang, on, reply

pytestmark = pytest.mark.faults

BRISK = timedelta(seconds=15)
"""A failed try is repeated after a tenth of the window."""


@pytest.mark.parametrize(("at", "code"), [(At.BANNER, 421), (At.EHLO, 451), (At.MAIL, 421), (At.MAIL, 452)])
def test_a_temporary_answer_before_the_recipient_is_tried_again(stage: Stage, at: At, code: int) -> None:
    stage.behave(on(at, reply(code), first=1))
    stage.worker(connections=1)
    prompts = stage.due(window=BRISK)
    assert stage.server.wait_for_messages(2)
    assert all_sent_once(stage, prompts)


def test_a_temporary_answer_about_one_mail_is_tried_again(stage: Stage) -> None:
    faults = [(at, code) for at in (At.RCPT, At.DATA, At.AFTER_BODY) for code in (421, 450, 451, 452)]
    stage.worker()
    prompts = stage.due(len(faults) // 2, within=timedelta(seconds=1), window=BRISK)
    stage.behave(
        *(
            on(at, reply(code), first=1, recipient=address.__eq__)
            for (at, code), address in zip(faults, prompts.addresses, strict=True)
        )
    )
    assert stage.server.wait_for_messages(len(faults), timeout=15)
    assert all_sent_once(stage, prompts)


def test_greylisting_is_waited_out(stage: Stage) -> None:
    stage.behave(on(At.RCPT, reply(450, "4.7.1 come back later"), first=4))
    stage.worker()
    prompts = stage.due(window=BRISK)
    assert stage.server.wait_for_messages(2, timeout=15)
    assert all_sent_once(stage, prompts)


def test_an_address_that_is_refused_is_asked_once_and_only_that_person_bounces(stage: Stage) -> None:
    stage.worker()
    prompts = stage.due(within=timedelta(seconds=1), window=BRISK)
    ana, ben = prompts.addresses
    stage.behave(on(At.RCPT, reply(550, "5.1.1 nobody here"), recipient=ana.__eq__))
    eventually(prompts.all_settled, what="both are settled")
    assert (prompts.state(ana), prompts.state(ben)) == (State.FAILED, State.SENT)
    assert prompts.bounced() == {ana}
    assert stage.copies(prompts) == {ana: 0, ben: 1}
    assert stage.server.reached(At.RCPT) == 2


def test_a_mail_that_is_refused_for_good_is_asked_once_and_counted(stage: Stage) -> None:
    worker = stage.worker()
    prompts = stage.due(within=timedelta(seconds=1), window=BRISK)
    ana, ben = prompts.addresses
    stage.behave(on(At.DATA, reply(554, "5.6.0 not this"), recipient=ana.__eq__))
    eventually(prompts.all_settled, what="both are settled")
    assert (prompts.state(ana), prompts.state(ben)) == (State.FAILED, State.SENT)
    assert prompts.bounced() == set()
    assert stage.server.reached(At.DATA) == 2
    assert worker.said().count("delivery.refused") == 1
    assert ana not in worker.said()


def test_a_connection_always_dropped_after_the_body_ends_after_two_identical_copies(stage: Stage) -> None:
    stage.worker()
    prompts = stage.due(within=timedelta(seconds=1), window=BRISK)
    ana, ben = prompts.addresses
    stage.behave(on(At.AFTER_BODY, drop(), recipient=ana.__eq__))
    eventually(prompts.all_settled, what="both are settled")
    assert (prompts.state(ana), prompts.state(ben)) == (State.UNKNOWN, State.SENT)
    assert stage.copies(prompts) == {ana: 2, ben: 1}
    assert len(stage.contents(ana)) == 1


def test_a_connection_dropped_inside_the_body_still_makes_one_copy(stage: Stage) -> None:
    stage.behave(on(At.BODY, drop(), first=1))
    stage.worker()
    prompts = stage.due(window=BRISK)
    assert stage.server.wait_for_messages(2)
    assert all_sent_once(stage, prompts)


def test_a_server_that_is_silent_at_the_banner_holds_up_nobody_else(stage: Stage) -> None:
    stage.behave(on(At.BANNER, hang(), first=1))
    stage.worker(lease=9)
    prompts = stage.due(10, window=BRISK)
    assert stage.server.wait_for_messages(19, timeout=2.9), "the others waited for the one that hangs"
    assert stage.server.wait_for_messages(20, timeout=15)
    assert all_sent_once(stage, prompts)


def test_a_server_that_hangs_after_one_body_holds_up_nobody_else(stage: Stage) -> None:
    stage.worker(lease=9)
    prompts = stage.due(10, within=timedelta(seconds=1), window=BRISK)
    slow = prompts.addresses[0]
    stage.behave(on(At.AFTER_BODY, hang(), first=1, recipient=slow.__eq__))
    assert stage.server.wait_for(At.AFTER_BODY)
    assert stage.server.wait_for_messages(19, timeout=2.9), "the others waited for the one that hangs"
    assert stage.server.wait_for_messages(20, timeout=15)
    copies = stage.copies(prompts)
    assert copies.pop(slow) == 2
    assert set(copies.values()) == {1}
    assert len(stage.contents(slow)) == 1
    eventually(lambda: prompts.all_are(State.SENT), what="all are sent")


def all_sent_once(stage: Stage, prompts: Prompts) -> bool:
    eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
    return set(stage.copies(prompts).values()) == {1}
