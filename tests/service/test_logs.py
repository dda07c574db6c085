"""The log: events with their fields, and nothing that tells of a person."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rituals import secret
from service import logs
from service.database import Database
from service.links import Links, Purpose


@pytest.fixture(autouse=True)
def other_logging_afterwards() -> Iterator[None]:
    root, rituals = logging.getLogger(), logging.getLogger(logs.NAME)
    before = root.handlers[:], root.level, rituals.handlers[:], rituals.level, rituals.propagate
    yield
    root.handlers[:], root.level, rituals.handlers[:], rituals.level, rituals.propagate = before
    logging.captureWarnings(capture=False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str | int | float | bool | None]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("production", [True, False])
def test_what_happened_several_times_has_a_line_for_each(capsys: pytest.CaptureFixture[str], production: bool) -> None:
    logs.configure(production=production)
    logs.events("prompt.sent", [{"delivery": 7}, {"delivery": 8}])
    logs.events("prompt.sent", [])
    said = capsys.readouterr().err.splitlines()
    assert [line.partition("delivery")[2].strip('":= }') for line in said] == ["7", "8"]
    assert all("prompt.sent" in line for line in said)


def test_an_event_is_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(production=True)
    logs.event("prompt.sent", delivery=7, seconds=0.25, late=False, kind="prompt", worker=None)
    logs.event("worker.stopped")
    first, second = lines(capsys)
    assert first.pop("at")
    assert first == {
        "level": "info", "event": "prompt.sent", "delivery": 7, "seconds": 0.25, "late": False,
        "kind": "prompt", "worker": None,
    }  # fmt: skip
    assert second["event"] == "worker.stopped"


def test_a_person_can_read_it_in_development(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(production=False)
    logs.event("prompt.sent", delivery=7, seconds=0.25)
    assert capsys.readouterr().err.endswith("  prompt.sent  delivery=7  seconds=0.25\n")


@pytest.mark.parametrize("production", [True, False])
@pytest.mark.parametrize(
    "private",
    [
        "anna@example.org",
        "Anna <anna@example.org>",
        "anna.maria+rituals@mail.example.org",
        "rituals@localhost",
        "ännä@exämple.org",
        pytest.param(secret.new(), id="a secret"),
        secret.digest("x"),
        Links(["k" * 40], "").token(Purpose.LEAVE, partner=1).rpartition(".")[2],
    ],
)
def test_addresses_and_secrets_are_taken_out(
    production: bool, private: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(production=production)
    logs.event(f"unexpected {private}", what=private, path=f"/feeds/{private}.ics")
    logging.getLogger("some.library").warning("failed for %s (%s)", private, f"/feeds/{private}.ics")
    written = capsys.readouterr().err
    assert private not in written
    assert "example" not in written.replace("ex\\u00e4mple", "exämple")
    assert len(written.splitlines()) == 2


def test_a_failure_shows_where_and_not_with_whom(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(production=True)
    try:
        send("anna@example.org")
    except LookupError as error:
        logs.failure("worker.failed", error, delivery=7)
    (line,) = lines(capsys)
    assert (line["level"], line["event"], line["delivery"], line["error"]) == ("error", "worker.failed", 7, "KeyError")
    assert "in send" in str(line["trace"])
    assert "anna" not in str(line)


def test_an_error_of_the_database_quotes_no_row(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(production=True)
    word = " ".join(["Annas", "Tasse"])
    with pytest.raises(IntegrityError) as error, database.writing() as session:
        session.execute(text("CREATE TABLE cups (word TEXT UNIQUE)"))
        for _ in range(2):
            session.execute(text("INSERT INTO cups VALUES (:word)"), {"word": word})
    logs.failure("page.failed", error.value)
    (line,) = lines(capsys)
    assert "IntegrityError" in str(line["trace"])
    assert "Annas Tasse" not in str(line)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Exception while serving /plans/7", "Exception while serving /plans/7"),
        ("Error handling request /search?q=anna", "Error handling request /search?[query]"),
        ("Invalid request from ip=203.0.113.7: bad", "Invalid request from ip=[client]: bad"),
        ("closed by 2001:db8::7", "closed by [client]"),
        ("closed by ::ffff:203.0.113.7", "closed by [client]"),
        ("Listening at: http://0.0.0.0:8000", "Listening at: http://0.0.0.0:8000"),
        ("closed by 203.0.113.7:50123.", "closed by [client]:50123."),
        ("at 12:34:56 o'clock, version 3.11.7?", "at 12:34:56 o'clock, version 3.11.7?"),
    ],
)
def test_libraries_quote_no_client_and_no_query(said: str, written: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(production=True)
    logging.getLogger("waitress").warning(said)
    assert [line["event"] for line in lines(capsys)] == [written]


@pytest.mark.parametrize("name", logs.QUIET)
def test_access_lines_are_not_written(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(production=True)
    logging.getLogger(name).info("203.0.113.7 GET /feeds/x")
    assert capsys.readouterr().err == ""


def send(address: str) -> None:
    raise KeyError(address)


def test_the_log_goes_to_standard_error_of_the_moment(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(production=True)
    assert logging.getLogger(logs.NAME).handlers[0].stream is sys.stderr  # type: ignore[attr-defined]
