"""The calendar in memory, held to the contract of all calendars."""

import pytest

from tests.contracts.calendar import CalendarContract
from tests.fake_calendar import FakeCalendar, FakePhone


class TestFakeCalendar(CalendarContract):
    @pytest.fixture
    def calendar(self) -> FakeCalendar:
        return FakeCalendar()

    @pytest.fixture
    def phone(self, calendar: FakeCalendar) -> FakePhone:
        return FakePhone(calendar)
