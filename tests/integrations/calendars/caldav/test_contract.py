"""CalDAV as the contract of all calendars has it, on real servers."""

from collections.abc import Iterator

import pytest

from integrations.calendars.caldav.calendar import CaldavCalendar
from tests.contracts.calendar import CalendarContract
from tests.integrations.calendars.caldav.shared import Shared
from tests.simulators.caldav_phone import CaldavPhone


class TestCaldavCalendar(CalendarContract):
    @pytest.fixture
    def calendar(self, shared: Shared) -> Iterator[CaldavCalendar]:
        calendar = shared.provider.open(shared.access)
        yield calendar
        calendar.close()

    @pytest.fixture
    def phone(self, shared: Shared) -> CaldavPhone:
        return shared.phone
