"""Two partners on different providers stay in step: Google, simulated on a real socket, and a real CalDAV server.

STEPS_IN_STEP=2000 makes it that many steps.
"""

from collections.abc import Iterator

import pytest
from hypothesis import Phase, given, settings

from tests.in_step.deeds import Deed
from tests.in_step.household import Household
from tests.in_step.on_the_wire import on_the_wire
from tests.in_step.strategies import histories
from tests.service.test_in_step import CALM, STEPS, STEPS_EACH, Begin, live
from tests.simulators.caldav_servers import radicale
from tests.simulators.google_calendar.simulator import GoogleCalendar


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleCalendar]:
    with GoogleCalendar() as google:
        yield google


@pytest.fixture(scope="module")
def radicale_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with radicale(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.mark.timeout(1200 if STEPS else 120)
@settings(
    max_examples=STEPS // STEPS_EACH or 2,
    derandomize=not STEPS,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=CALM,
)
@given(deeds=histories())
def test_partners_on_different_providers_stay_in_step(
    begin: Begin, google: GoogleCalendar, radicale_url: str, deeds: list[Deed]
) -> None:
    google.heal()
    live(Household.connect(begin(), on_the_wire(google, radicale_url)), deeds)
    assert google.violations == []
