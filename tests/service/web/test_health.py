"""Whether the program is well."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rituals.heartbeat import ALIVE_FOR, Heartbeat
from rituals.signin import SignInLink
from service.database import Database
from service.services import Services
from service.web import create_app
from service.web.health import LATEST
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
    assert answer.json == {"status": "well", "database": True, "tables": True, "worker": True, "late_seconds": 0}
    assert answer.headers["Cache-Control"] == "no-store"
    clock.advance(ALIVE_FOR)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json == {"status": "unwell", "database": True, "tables": True, "worker": False, "late_seconds": 0}


def test_it_says_how_late_the_oldest_work_is(client: FlaskClient, services: Services, clock: FakeClock) -> None:
    with services.database.writing() as session:
        SignInLink.ask(session, "anna@example.org", clock())
    clock.advance(timedelta(seconds=90))
    beat(services)
    assert client.get("/health").json["late_seconds"] == 90  # type: ignore[index]


def test_what_waits_too_long_makes_it_unwell(client: FlaskClient, services: Services, clock: FakeClock) -> None:
    with services.database.writing() as session:
        SignInLink.ask(session, "anna@example.org", clock())
    clock.advance(LATEST + timedelta(seconds=1))
    beat(services)
    assert client.get("/health").status_code == 503
    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_without_its_database_it_is_unwell(path: str, services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    database = Database.open(f"sqlite:///{folder / 'nothing.sqlite3'}")
    shutil.rmtree(folder)
    client = create_app(replace(services, database=database)).test_client()
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.json == {"status": "unwell", "database": False}
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
@pytest.mark.parametrize(
    ("revision", "status", "tables"), [("0001", 503, False), ("", 503, False), ("9999", 200, True)]
)
def test_it_needs_its_tables_or_those_of_a_version_to_come(
    client: FlaskClient, services: Services, path: str, revision: str, status: int, tables: bool
) -> None:
    beat(services)
    with services.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    answer = client.get(path)
    assert (answer.status_code, answer.json["tables"]) == (status, tables)  # type: ignore[index]


def test_pages_are_ready_while_a_worker_elsewhere_is_gone(app: Flask, services: Services) -> None:
    apart = replace(services.settings, worker_in_web=False)
    app.extensions["services"] = replace(services, settings=apart)
    client = app.test_client()
    assert client.get("/health/ready").json == {"status": "well", "database": True, "tables": True}
    assert client.get("/health").status_code == 503


def test_with_the_worker_beside_them_pages_are_ready_when_it_works(client: FlaskClient, services: Services) -> None:
    assert client.get("/health/ready").status_code == 503
    beat(services)
    answer = client.get("/health/ready")
    assert answer.json == {"status": "well", "database": True, "tables": True, "worker": True}


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json) == (200, {"status": "well"})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_it_sets_no_cookie(path: str, client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get(path).headers
