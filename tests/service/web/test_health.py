"""Whether the program is well."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from rituals.heartbeat import ALIVE_FOR, Heartbeat
from rituals.signin import SignInLink
from service.database import Database
from service.services import Services
from service.web import create_app
from tests.conftest import KINDS
from tests.fakes import FakeClock


def beat(services: Services) -> None:
    with services.database.writing() as session:
        now = services.clock()
        Heartbeat.beat(session, "a worker", started_at=now, now=now)


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_it_is_well_while_a_worker_lives(client: FlaskClient, services: Services, clock: FakeClock) -> None:
    beat(services)
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json == {"status": "well", "database": True, "worker": True, "late_seconds": 0}
    assert answer.headers["Cache-Control"] == "no-store"
    clock.advance(ALIVE_FOR)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json == {"status": "unwell", "database": True, "worker": False, "late_seconds": 0}


def test_it_says_how_late_the_oldest_work_is(client: FlaskClient, services: Services, clock: FakeClock) -> None:
    with services.database.writing() as session:
        SignInLink.ask(session, "anna@example.org", clock())
    clock.advance(timedelta(seconds=90))
    beat(services)
    assert client.get("/health").json["late_seconds"] == 90  # type: ignore[index]


def test_without_its_database_it_is_unwell(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    database = Database.open(f"sqlite:///{folder / 'nothing.sqlite3'}")
    shutil.rmtree(folder)
    answer = create_app(replace(services, database=database)).test_client().get("/health")
    assert answer.status_code == 503
    assert answer.json == {"status": "unwell", "database": False}


def test_it_sets_no_cookie_and_is_never_limited(client: FlaskClient, services: Services) -> None:
    beat(services)
    assert "Set-Cookie" not in client.get("/health").headers
