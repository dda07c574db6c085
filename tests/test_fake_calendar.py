"""The fake calendar keeps the contract that real ones keep, so tests that use it mean something."""

import pytest

from tests.contracts.calendar import CalendarContract
from tests.fake_calendar import FakeCalendar


class TestFakeCalendar(CalendarContract):
    @pytest.fixture
    def calendar(self) -> FakeCalendar:
        return FakeCalendar()
