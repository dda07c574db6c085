"""Whatever two people do, and whatever goes wrong on the way: their calendars stay in step with what is agreed.

STEPS_IN_STEP=2000 makes it that many steps, and lets chance find the planted mistakes as well.
"""

import os
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.in_step.deeds import Deed, Pass, Rest, Work
from tests.in_step.household import Household
from tests.in_step.memory import fresh
from tests.in_step.mishaps import Delay, Meanwhile, Mishap, OldToken, What
from tests.in_step.on_pages import Change, Choose
from tests.in_step.on_phones import Drag
from tests.in_step.planted import PLANTED, Plant
from tests.in_step.road import Leg
from tests.in_step.strategies import histories
from tests.service.workday import Workday

STEPS = int(os.environ.get("STEPS_IN_STEP", "0"))
STEPS_EACH = 12
"""About so many has an example."""
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
Begin = Callable[[], Workday]

KILLED = Mishap(What.DIES, who=0, calls=0, leg=Leg.BACK)
NO_ANSWER = Mishap(What.UNREACHED, who=0, calls=1, leg=Leg.BACK)
SHOWING = {
    "lost_etag_check": [Choose(), Work(), Change(date=2), Meanwhile(Drag(date=1), calls=1), Work()],
    "missing_conflict": [Delay(calls=1), Choose(), Work(), Pass(1), Work()],
    "early_token": [Choose(), Work(), Drag(date=1), KILLED, Work()],
    "shown_alone": [Choose(), Work(), Change(date=1, to=0), NO_ANSWER, Work(), Change(date=1), Pass(1), Work()],
    "cut_listing_believed": [Choose(), Work(), OldToken(lacks=0), Work()],
}
"""The shortest way to each mistake, as chance has found it."""


def live(home: Household, deeds: Sequence[Deed]) -> None:
    """Raises AssertionError where a promise is broken."""
    for deed in (*deeds, Rest()):
        deed(home)


@pytest.mark.timeout(1200 if STEPS else 120)
@settings(
    max_examples=STEPS // STEPS_EACH or 7,
    derandomize=not STEPS,  # chance finds something new in a longer run, and not in somebody else's
    phases=[Phase.explicit, Phase.generate],  # what is found is short; making it shorter would take minutes
    suppress_health_check=CALM,
)
@given(deeds=histories())
def test_calendars_and_what_is_agreed_stay_in_step(begin: Begin, deeds: list[Deed]) -> None:
    live(Household.connect(begin(), fresh()), deeds)


@pytest.mark.parametrize("name", SHOWING)
def test_what_shows_a_mistake_is_done_right(begin: Begin, name: str) -> None:
    live(Household.connect(begin(), fresh()), SHOWING[name])


@pytest.mark.parametrize(("name", "plant"), PLANTED.items(), ids=list(PLANTED))
def test_a_planted_mistake_is_found(begin: Begin, name: str, plant: Plant) -> None:
    with pytest.raises(AssertionError):
        live(plant(begin()), SHOWING[name])


if STEPS:  # it takes minutes, and what it finds by chance the tests above show at once

    @pytest.mark.timeout(1200)
    @pytest.mark.parametrize("plant", PLANTED.values(), ids=list(PLANTED))
    def test_chance_finds_a_planted_mistake(begin: Begin, plant: Plant) -> None:
        @settings(max_examples=400, phases=[Phase.generate], database=None, suppress_health_check=CALM)
        @given(deeds=histories())
        def search(deeds: list[Deed]) -> None:
            live(plant(begin()), deeds)

        with pytest.raises(AssertionError):
            search()
