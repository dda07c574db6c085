"""Providers call when something has changed: only who knows the channel's secret is heard."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.calendar_interfaces import Access, Channel
from rituals.choosing import link
from rituals.connection import Way
from rituals.couple import Partner
from rituals.errand import Lease
from rituals.linked_calendar import LinkedCalendar
from service.jobs.listening import PATH, can_be_called
from service.services import Services
from tests.service.web.people import Pair

SECRET = "a-secret-that-only-the-provider-was-told"


@pytest.fixture
def later(couple: Pair, services: Services) -> datetime:
    """Anna has connected a calendar, which is to be looked at at this moment."""
    now = services.clock()
    at = now + timedelta(minutes=15)
    with services.database.writing() as session:
        anna = session.scalars(select(Partner).order_by(Partner.id)).first()
        assert anna is not None
        linked = link(session, anna, Way.GOOGLE, Access({}, "hers"), services.vault, name="Side by Side", now=now)
        linked.listen(Channel("channel-1", "resource-1", now + timedelta(days=7)), SECRET)
        linked.look_at = at
    return at


def look_at(services: Services) -> datetime | None:
    with services.database.reading() as session:
        return session.scalars(select(LinkedCalendar.look_at)).one()


def test_a_call_that_knows_the_secret_brings_the_next_look_forward(
    client: FlaskClient, services: Services, later: datetime
) -> None:
    answer = client.post(PATH, headers={"X-Goog-Channel-ID": "channel-1", "X-Goog-Channel-Token": SECRET})
    assert answer.status_code == 204
    assert look_at(services) == services.clock()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Goog-Channel-ID": "channel-1"},
        {"X-Goog-Channel-ID": "channel-1", "X-Goog-Channel-Token": SECRET[:-1]},
        {"X-Goog-Channel-ID": "channel-2", "X-Goog-Channel-Token": SECRET},
        {"X-Goog-Channel-ID": "c" * 5000, "X-Goog-Channel-Token": "t" * 5000},
    ],
)
def test_any_other_is_not_found_and_changes_nothing(
    client: FlaskClient, services: Services, later: datetime, headers: dict[str, str]
) -> None:
    assert client.post(PATH, headers=headers).status_code == 404
    assert look_at(services) == later


@pytest.mark.parametrize("channel", ["channel-1", "channel-2"])
def test_a_flood_of_calls_that_know_no_secret_keeps_nobody_from_writing(
    client: FlaskClient, services: Services, later: datetime, channel: str
) -> None:
    with services.database.writing() as session:
        session.connection()  # somebody else writes: in SQLite one alone can
        answer = client.post(PATH, headers={"X-Goog-Channel-ID": channel, "X-Goog-Channel-Token": "guessed"})
    assert answer.status_code == 404


def test_a_call_while_the_calendar_is_looked_at_is_not_lost(
    client: FlaskClient, services: Services, later: datetime
) -> None:
    lease = Lease.take(later, timedelta(minutes=3))
    with services.database.writing() as session:
        LinkedCalendar.claim(session, lease, later, 1)
    client.post(PATH, headers={"X-Goog-Channel-ID": "channel-1", "X-Goog-Channel-Token": SECRET})
    with services.database.writing() as session:
        session.scalars(select(LinkedCalendar)).one().let_go(lease, later + timedelta(minutes=15))
    assert look_at(services) == services.clock()


@pytest.mark.parametrize(
    ("base_url", "can"),
    [
        ("https://rituals.example.org", True),
        ("http://rituals.example.org", False),
        ("https://localhost:8000", False),
        ("https://nas.local", False),
        ("https://192.168.1.4", False),
        ("https://203.0.113.4", False),
        ("https://8.8.8.8", True),
    ],
)
def test_only_an_address_of_the_open_internet_can_be_called(base_url: str, *, can: bool) -> None:
    assert can_be_called(base_url) == can
