"""Whatever breaks, and in whatever order: no prompt comes early, late, thrice, or not at all without a reason.

STEPS_IN_SIMULATION=5000 makes it that many steps, and lets chance find the planted mistakes as well.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from service.services import Services
from service.wiring import sending
from tests.service.workday import ANA, BEN
from tests.simulation.conftest import Begin
from tests.simulation.deeds import Answer, Crash, Deed, LoseAnswers, Oversleep, StandStill, Start, ToTheStart, Work
from tests.simulation.ending import settle
from tests.simulation.machine import Machine
from tests.simulation.planted import PLANTED
from tests.simulation.post import Reply
from tests.simulation.strand import Step
from tests.simulation.world import Plant, World

STEPS = int(os.environ.get("STEPS_IN_SIMULATION", "0"))
STEPS_EACH = 12
"""At most so many has an example."""
EXAMPLES = 6
LONG_RUN = 3600
AS_IT_IS = Plant()

BEGUN: list[Deed] = [Start(), Start(), ToTheStart()]
SHOWING: dict[str, list[Deed]] = {
    "marked before the send": [Work(60)],
    "no fencing": [Oversleep(Step.HEARD, until=Step.RCPT)],
    "no cap of two": [Answer(Step.ANSWER, Reply.TAKEN, times=3, to=ANA), Work(400)],
    "a lease shorter than the timeout": [Answer(Step.ANSWER, Reply.SLOW), Work(130)],
    "a window compared in local time": [Oversleep(Step.COMMIT, seconds=1000), Work(130)],
}
"""The shortest way to each mistake."""
WORTH_TRYING: dict[str, list[Deed]] = {
    "killed after the body": [Work(60, Step.ANSWER), Crash(0), Crash(0), Work(400)],
    "killed twice after the body": [Work(60, Step.DOT), Crash(0), Crash(0), Work(130, Step.DOT), Crash(0), Crash(0)],
    "killed when it was just written down": [Work(60, Step.COMMITTED, times=8), Crash(0), Crash(0), Work(400)],
    "a last copy right behind another mail": [
        Answer(Step.ANSWER, Reply.TAKEN, times=2, to=BEN),
        Answer(Step.ANSWER, Reply.LATER, times=2, to=ANA),
        Work(1),
        StandStill(10),
        Work(60),
    ],
    "the database's answers are lost": [LoseAnswers(times=12), Work(130)],
}


def live(world: World, deeds: Sequence[Deed]) -> None:
    """Raises AssertionError where a promise is broken."""
    try:
        for deed in (*BEGUN, *deeds):
            deed(world)
        settle(world)
    finally:
        world.end()


def search(begin: Callable[[], World], *, examples: int, derandomize: bool = False) -> None:
    run_state_machine_as_test(
        lambda: Machine(begin),
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=STEPS_EACH,
            derandomize=derandomize,
            database=None,
            phases=[Phase.generate],  # making it shorter would take minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(LONG_RUN if STEPS else 120)
def test_prompts_keep_their_promises(begin: Begin) -> None:
    # Chance finds something new in a longer run, and not in somebody else's.
    examples = STEPS // STEPS_EACH or EXAMPLES
    search(lambda: begin(AS_IT_IS), examples=examples, derandomize=not STEPS)


def test_a_server_that_is_slow_at_every_step_does_not_outlast_a_lease(begin: Begin) -> None:
    slow = [Answer(at, Reply.SLOW, times=2) for at in (Step.RCPT, Step.BODY, Step.ANSWER)]
    live(begin(Plant(with_a_minutes_lease)), [Answer(Step.ANSWER, Reply.SLOW, times=2), Work(2), *slow, Work(200)])


def with_a_minutes_lease(services: Services) -> Services:
    settings = replace(services.settings, lease=timedelta(minutes=1))
    return replace(services, settings=settings, sending=sending(settings))


@pytest.mark.parametrize("name", SHOWING)
def test_a_planted_mistake_is_found(begin: Begin, name: str) -> None:
    with pytest.raises(AssertionError):
        live(begin(PLANTED[name]), SHOWING[name])


@pytest.mark.parametrize("name", [*SHOWING, *WORTH_TRYING])
def test_what_shows_a_mistake_is_done_right(begin: Begin, name: str) -> None:
    live(begin(AS_IT_IS), {**SHOWING, **WORTH_TRYING}[name])


if STEPS:  # it takes minutes, and what it finds by chance the tests above show at once

    @pytest.mark.timeout(LONG_RUN)
    @pytest.mark.parametrize("plant", PLANTED.values(), ids=list(PLANTED))
    def test_chance_finds_a_planted_mistake(begin: Begin, plant: Plant) -> None:
        with pytest.raises(AssertionError):
            search(lambda: begin(plant), examples=400)
