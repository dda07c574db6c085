"""Google, simulated once for all tests here; every test has an account of its own in it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from integrations.calendars.google import GoogleCalendar, GoogleProvider, OAuthAddresses, OAuthClient
from integrations.http import Guard
from rituals.calendar_interfaces import Access, Consent
from tests.integrations.calendars.google.phone import GooglePhone
from tests.simulators.google_calendar.resource import Resource
from tests.simulators.google_calendar.simulator import GoogleCalendar as Google

ZONE = "Europe/Madrid"


@pytest.fixture(scope="session")
def running_google() -> Iterator[Google]:
    with Google() as google:
        yield google


@pytest.fixture
def google(running_google: Google) -> Iterator[Google]:
    """Whatever goes against Google's own description of its API fails the test."""
    running_google.violations.clear()
    running_google.calls.clear()
    yield running_google
    running_google.heal()
    running_google.set_page_size(2500)
    assert running_google.violations == []


@pytest.fixture(scope="session")
def provider(running_google: Google) -> GoogleProvider:
    return provided(running_google)


@pytest.fixture
def address() -> str:
    return f"{uuid4().hex}@example.org"


@pytest.fixture
def access(google: Google, provider: GoogleProvider, address: str) -> Access:
    return provider.make(consent(google.grant(address)), name="Side by Side", zone=ZONE)


@pytest.fixture
def calendar(provider: GoogleProvider, access: Access) -> Iterator[GoogleCalendar]:
    calendar = provider.open(access)
    yield calendar
    calendar.close()


@pytest.fixture
def impatient(running_google: Google, access: Access) -> Iterator[GoogleCalendar]:
    """The same calendar, by somebody who waits a fraction of a second for it."""
    calendar = provided(running_google, within=timedelta(seconds=0.15)).open(access)
    yield calendar
    calendar.close()


@pytest.fixture
def phone(google: Google, access: Access, address: str) -> GooglePhone:
    return GooglePhone(google.phone(address), access.calendar)


def consent(tokens: Resource) -> Consent:
    secrets = {name: str(tokens[name]) for name in ("access_token", "refresh_token")}
    return Consent(secrets, may_write=True, may_see_busy=True)


def provided(google: Google, *, within: timedelta = timedelta(seconds=10)) -> GoogleProvider:
    addresses = OAuthAddresses.of(google.url)
    client = OAuthClient(google.client_id, google.client_secret, addresses, Guard(allow_private=True))
    return GoogleProvider(client, api_root=google.url, within=within)
