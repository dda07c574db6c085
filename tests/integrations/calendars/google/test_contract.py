"""A calendar at Google, held to the contract of all calendars."""

from tests.contracts.calendar import CalendarContract


class TestGoogleCalendar(CalendarContract):
    """The fixtures stand in conftest.py."""
