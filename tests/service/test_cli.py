"""The program as a process: it says where it serves, why it cannot, and leaves when asked."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli import main

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 30


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_stays_behind() -> Iterator[None]:
    yield
    while STARTED:
        with STARTED.pop() as process:
            process.kill()


def start(*arguments: str, **environ: str) -> subprocess.Popen[str]:
    kept = {"PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [sys.executable, "-m", "service", *arguments],
        cwd=PROJECT,
        env={**kept, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    return process


def refusal(*arguments: str, **environ: str) -> str:
    """What it complains about; it must end by itself, with one sentence and no traceback."""
    process = start(*arguments, **environ)
    _, complaint = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert len(complaint.splitlines()) == 1, complaint
    return complaint


@pytest.fixture
def port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def leaves_when_asked(process: subprocess.Popen[str], by: signal.Signals) -> bool:
    process.send_signal(by)
    process.communicate(timeout=PATIENCE)
    return process.returncode == 0


@pytest.mark.parametrize(
    ("command", "by", "database_url"),
    [
        ("serve", signal.SIGTERM, "sqlite"),
        ("serve", signal.SIGINT, "postgresql"),
        ("web", signal.SIGTERM, "postgresql"),
        ("web", signal.SIGINT, "sqlite"),
    ],
    indirect=["database_url"],
)
def test_it_says_where_it_serves_and_leaves_when_asked(
    command: str, by: signal.Signals, database_url: str, port: int
) -> None:
    process = start(command, DATABASE_URL=database_url, PORT=str(port))
    assert process.stdout is not None
    assert process.stdout.readline() == f"Side by Side is ready: http://localhost:{port}\n"
    assert status(f"http://127.0.0.1:{port}/static/style.css") == 200
    assert leaves_when_asked(process, by)


@pytest.mark.parametrize(
    ("by", "database_url"),
    [(signal.SIGTERM, "postgresql"), (signal.SIGINT, "sqlite")],
    indirect=["database_url"],
)
def test_the_worker_leaves_when_asked(by: signal.Signals, database_url: str) -> None:
    process = start("worker", DATABASE_URL=database_url)
    assert process.stdout is not None
    assert "at work" in process.stdout.readline()
    assert leaves_when_asked(process, by)


def test_it_makes_its_tables_before_it_serves(tmp_path: Path, port: int) -> None:
    process = start("web", DATABASE_URL=f"sqlite:///{tmp_path / 'new' / 'rituals.sqlite3'}", PORT=str(port))
    assert process.stdout is not None
    assert "ready" in process.stdout.readline()
    assert leaves_when_asked(process, signal.SIGTERM)


def test_migrating_twice_is_harmless(tmp_path: Path) -> None:
    for _ in range(2):
        process = start("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'rituals.sqlite3'}")
        assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 0


def test_a_taken_port_is_named_with_a_way_out(sqlite_url: str, taken_port: int) -> None:
    complaint = refusal("web", DATABASE_URL=sqlite_url, PORT=str(taken_port))
    assert f"Port {taken_port}: address already in use." in complaint
    assert f"PORT={taken_port + 1} ./run" in complaint


@pytest.mark.parametrize("command", ["web", "worker"])
def test_an_unreachable_database_is_named_without_its_password(command: str, port: int) -> None:
    complaint = refusal(command, DATABASE_URL="postgres://user:hush@127.0.0.1:1/rituals", PORT=str(port))
    assert "The database cannot be used: postgresql+psycopg://user:***@127.0.0.1:1/rituals" in complaint
    assert "refused" in complaint
    assert "hush" not in complaint


def test_a_database_file_that_cannot_be_made_is_named(port: int) -> None:
    assert "unable to open database file" in refusal("web", DATABASE_URL="sqlite:////dev/null/x", PORT=str(port))


@pytest.mark.parametrize(
    ("environ", "named"),
    [({"PORT": "eighty"}, "PORT"), ({"SMTP_URL": "smtp://mail.example.org/path"}, "mail URL")],
    ids=["read at once", "read when the parts are built"],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], named: str, sqlite_url: str) -> None:
    assert named in refusal("worker", DATABASE_URL=sqlite_url, **environ)


@pytest.mark.parametrize(
    "arguments", [("tset",), ("web", "now"), ("status", "prompt"), ("status", "sentence", "7"), ("mail",), ("backup",)]
)
def test_a_slip_of_the_pen_shows_the_commands(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith("Use: python -m service [serve | web ")


def test_the_status_is_told_with_a_status(sqlite_url: str, tmp_path: Path) -> None:
    process = start("status", DATABASE_URL=sqlite_url)
    told, complaint = process.communicate(timeout=PATIENCE)
    assert complaint == ""
    assert "! No worker is at work." in told
    assert told.endswith("Something needs attention.\n")
    assert process.returncode == 1


def test_the_way_of_mails_is_told_with_a_status() -> None:
    process = start("mail", "check")
    told, complaint = process.communicate(timeout=PATIENCE)
    assert told.startswith("  Mails stay here, in the built-in mailbox.\n")
    assert (complaint, process.returncode) == ("", 0)


@pytest.mark.parametrize("address", ["nobody", "a@example.org,b@example.org", "Ana <a@example.org>", "a@b@c"])
def test_a_test_mail_goes_to_one_address(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mail", "check", address]) == 1
    assert "not an address" in capsys.readouterr().err


def test_a_mail_server_that_would_read_the_password_in_clear_is_not_greeted() -> None:
    complaint = refusal("mail", "check", SMTP_URL="smtp://ana:hush@mail.example.org")
    assert "would send the password to mail.example.org in clear" in complaint
    assert "hush" not in complaint


def test_a_backup_is_made_by_its_name(sqlite_url: str, tmp_path: Path) -> None:
    process = start("backup", str(tmp_path / "backup.sqlite3"), DATABASE_URL=sqlite_url)
    told, complaint = process.communicate(timeout=PATIENCE)
    assert (complaint, process.returncode) == ("", 0)
    assert "holds everything" in told
    assert (tmp_path / "backup.sqlite3").exists()


def test_postgresql_is_backed_up_by_its_own_program() -> None:
    assert "pg_dump" in refusal("backup", "/b.dump", DATABASE_URL="postgresql://user:hush@127.0.0.1:1/rituals")


def test_a_prompt_that_never_was_is_told_so(sqlite_url: str) -> None:
    process = start("status", "prompt", "7", DATABASE_URL=sqlite_url)
    assert process.communicate(timeout=PATIENCE) == ("There is no prompt 7. They are kept for 90 days.\n", "")
    assert process.returncode == 1


@pytest.mark.parametrize("number", ["seven", "-7", "7" * 19, "٧"])
def test_a_number_that_is_none_is_named(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "letter", number]) == 1
    assert f"'{number}' is no number of a prompt or letter" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check-decks", "check-templates"])
def test_the_shipped_decks_and_templates_are_fine(command: str) -> None:
    process = start(command)
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
