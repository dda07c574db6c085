"""Our own calendars, read as if they were anybody's: every start and end as we mean it, by our VTIMEZONE alone."""

import pytest

from integrations.calendars.foreign import busy_times
from rituals.ics import feed
from tests.ics_samples import SINCE, ZONES
from tests.rituals.test_ics_crossread import PLANS, UNTIL, expected, in_zone

CASES = [*((zone, "in the morning of the change") for zone in ZONES), *(("Europe/Madrid", name) for name in PLANS)]


@pytest.mark.parametrize(("zone", "name"), CASES)
def test_they_are_read_as_we_mean_them(zone: str, name: str) -> None:
    event = in_zone(PLANS[name], zone)
    ics = feed([event], name="Ours", since=SINCE)
    renamed = ics if zone == "UTC" else ics.replace(zone.encode(), b"Nowhere/Here")
    found = busy_times(renamed, starts_at=SINCE, ends_at=UNTIL, zone="Pacific/Apia", ours=lambda _uid: False)
    assert [(int(one.starts_at.timestamp()), int(one.ends_at.timestamp())) for one in found] == expected(event)
