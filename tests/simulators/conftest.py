"""The simulated Google Calendar, and a client of it."""

from collections.abc import Iterator

import pytest

from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.resource import text
from tests.simulators.google_calendar.simulator import GoogleCalendar
from tests.simulators.google_client import Events, GoogleClient

ANA = "ana@example.org"


@pytest.fixture
def google() -> Iterator[GoogleCalendar]:
    """A test that asks wrongly on purpose clears the violations itself."""
    with GoogleCalendar() as google:
        yield google
    assert google.violations == []


@pytest.fixture
def client(google: GoogleCalendar) -> Iterator[GoogleClient]:
    """Ana's, with the two narrow scopes."""
    client = GoogleClient(google, text(google.grant(ANA), "access_token"))
    yield client
    client.connection.close()


@pytest.fixture
def events(client: GoogleClient) -> Events:
    """Of a new calendar that the client made, in Ana's account."""
    return Events(client, client.make_calendar(timeZone="Europe/Madrid"))


@pytest.fixture
def phone(google: GoogleCalendar) -> Phone:
    """Ana's."""
    return google.phone(ANA)
