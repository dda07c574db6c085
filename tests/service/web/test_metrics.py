"""Numbers for machines that watch: for who knows the token or sits here, and nothing about anybody."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text

from rituals.heartbeat import Heartbeat
from rituals.signin import SignInLink
from rituals.tally import Count, Ending, Outcome, Tally
from service.database import Database
from service.exposition import CONTENT_TYPE, Metric, expose
from service.measures import measure
from service.services import Services
from service.survey import KINDS as KINDS_OF_MAIL
from service.survey import NOTHING, Calendars, Queue, Survey
from tests.conftest import KINDS
from tests.fakes import A_MONDAY, FakeClock
from tests.service.web.apps import Apps
from tests.service.web.people import Pair

TOKEN = "a-token-for-machines-that-watch-0123456789"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}
SAMPLE = re.compile(r'side_by_side_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+')
RELAY = "mail.example:465"
OF_LARGE_TABLES = re.compile(r"FROM \(SELECT|min\(")

Parameters = dict[str, object]


@pytest.fixture
def known_site(apps: Apps, services: Services) -> FlaskClient:
    """In production behind a proxy of its own machine, as a visitor reaches it."""
    settings = replace(services.settings, base_url="https://rituals.example.org", metrics_token=TOKEN)
    return apps.over(replace(services, settings=settings), guarded=True).test_client()


def numbers(client: FlaskClient, headers: dict[str, str] | None = None) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.content_type) == (200, CONTENT_TYPE)
    samples = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert [line for line in samples if not SAMPLE.fullmatch(line)] == []
    return {name: float(number) for name, _, number in (line.rpartition(" ") for line in samples)}


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_what_waits_and_who_works_is_told(client: FlaskClient, services: Services, clock: FakeClock) -> None:
    with services.database.writing() as session:
        SignInLink.ask(session, "anna@example.org", clock())
    clock.advance(timedelta(seconds=90))
    with services.database.writing() as session:
        Heartbeat.beat(session, "a worker", started_at=clock(), now=clock())
    told = numbers(client)
    assert told['side_by_side_due{kind="letter"}'] == 1
    assert told['side_by_side_late_seconds{kind="letter"}'] == 90
    assert told['side_by_side_due{kind="delivery"}'] == 0
    assert told["side_by_side_workers"] == 1
    assert told["side_by_side_database_bytes"] > 10_000
    assert "side_by_side_horizon_seconds" not in told


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_what_became_of_mails_is_told_for_all_workers(
    client: FlaskClient, services: Services, clock: FakeClock
) -> None:
    for _ in ("one worker", "another"):
        with services.database.writing() as session:
            Tally.add(
                session,
                {
                    Ending("delivery", Outcome.SENT, RELAY, 250): Count(3, 0.6),
                    Ending("delivery", Outcome.SENT, RELAY, 0): Count(1, 400.0),
                    Ending("delivery", Outcome.EXPIRED): Count(2),
                    Ending("relay", Outcome.UNREACHABLE, RELAY): Count(1),
                },
                clock(),
            )
    told = numbers(client)
    assert told[f'side_by_side_mails_total{{kind="delivery",outcome="sent",relay="{RELAY}"}}'] == 8
    assert told['side_by_side_mails_total{kind="delivery",outcome="expired",relay=""}'] == 4
    assert told['side_by_side_mails_total{kind="letter",outcome="unknown",relay=""}'] == 0
    assert told[f'side_by_side_relay_unreachable_total{{relay="{RELAY}"}}'] == 2
    assert not any("unreachable" in name for name in told if "mails_total" in name)
    late = f'side_by_side_sent_late_seconds_bucket{{kind="delivery",relay="{RELAY}",le='
    assert [told[f'{late}"{bound}"}}'] for bound in ("0.1", "0.25", "300", "+Inf")] == [0, 6, 6, 8]
    assert told[f'side_by_side_sent_late_seconds_sum{{kind="delivery",relay="{RELAY}"}}'] == pytest.approx(801.2)


def test_they_tell_of_nobody(client: FlaskClient, couple: Pair) -> None:
    answer = client.get("/metrics")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"@|anna|ben\b", answer.text, re.IGNORECASE)


def test_who_knows_the_token_may_read_them(known_site: FlaskClient) -> None:
    assert "side_by_side_workers" in numbers(known_site, KNOWN)


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"bearer {TOKEN}", f"Basic {TOKEN}", "Bearer \xe9"]
)
def test_to_everybody_else_they_are_not_there(known_site: FlaskClient, given: str | None) -> None:
    refused = known_site.get("/metrics", headers={} if given is None else {"Authorization": given})
    assert refused.status_code == 404
    assert refused.text == known_site.get("/no-such-page").text


def test_without_a_token_nobody_guesses_it(secure_app: Flask) -> None:
    for given in ("", "Bearer", "Bearer "):
        assert secure_app.test_client().get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.parametrize("client_address", ["203.0.113.7", "10.0.0.7", "::2"])
def test_only_this_machine_needs_no_token(client: FlaskClient, client_address: str) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": client_address}).status_code == 404
    assert client.get("/metrics", headers={"Host": "rebound.example"}).status_code == 404


def test_the_alerts_in_the_docs_watch_what_there_is() -> None:
    calendars = Calendars(NOTHING, NOTHING, {})
    survey = Survey(A_MONDAY, {kind: Queue(0, NOTHING) for kind in KINDS_OF_MAIL}, (), calendars, NOTHING, 0, 0)
    told = expose(measure(survey, {Ending("delivery", Outcome.SENT, RELAY, 250): Count(1, 0.2)}))
    hosting = (Path(__file__).parents[3] / "docs" / "hosting.md").read_text()
    watched = set(re.findall(r"side_by_side_[a-z_]+", hosting))
    assert len(watched) >= 6
    assert watched <= set(re.findall(r"^side_by_side_[a-z_]+", told, re.MULTILINE))
    assert set(re.findall(r'outcome="([a-z]+)"', hosting)) <= set(Outcome)


def test_a_label_cannot_end_its_line() -> None:
    metric = Metric("mails_total", "counter", "Mails.")
    metric.set(1, {"relay": 'a"} 1\n\\b'})
    assert expose([metric, Metric("none", "gauge", "Nothing.")]).splitlines()[2] == (
        r'side_by_side_mails_total{relay="a\"} 1\n\\b"} 1'
    )


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_no_question_reads_a_whole_table(database: Database, clock: FakeClock) -> None:
    """Where tables may be large. PostgreSQL, whose tables are empty here, is told that reading them is dear."""
    with database.reading() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            session.execute(text("SET LOCAL enable_bitmapscan = off"))
        asked = statements(session.connection())
        Survey.take(session, clock())
        plans = [plan_of(session.connection(), *one) for one in tuple(asked) if OF_LARGE_TABLES.search(one[0])]
    assert len(plans) == 9
    assert [plan for plan in plans if "ix_" not in plan or "Seq Scan" in plan] == []


def statements(connection: Connection) -> list[tuple[str, Parameters]]:
    """Whatever is asked from now on."""
    asked: list[tuple[str, Parameters]] = []
    event.listen(connection, "before_cursor_execute", lambda *heard: asked.append((heard[2], heard[3])))
    return asked


def plan_of(connection: Connection, statement: str, parameters: Parameters) -> str:
    """How the database would answer it."""
    how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(step[-1]) for step in connection.exec_driver_sql(f"{how} {statement}", parameters))
