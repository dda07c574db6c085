"""Transactions on both databases: what they refuse, what they keep, what counts as unavailable."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from service.database import Database
from tests.forks import fork
from tests.postgres import Postgres

WAYS = ("writing", "recording", "hurrying")
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shelf(empty_database: Database) -> Database:
    """A database with one small table."""
    with empty_database.writing() as session:
        session.execute(text("CREATE TABLE cups (id INTEGER PRIMARY KEY, word TEXT NOT NULL)"))
    return empty_database


def way(database: Database, name: str) -> AbstractContextManager[Session]:
    ways: dict[str, Callable[[], AbstractContextManager[Session]]] = {
        "writing": database.writing,
        "recording": database.recording,
        "hurrying": database.hurrying,
    }
    return ways[name]()


def put(session: Session, number: int, word: str = "tea") -> None:
    session.execute(text("INSERT INTO cups VALUES (:id, :word)"), {"id": number, "word": word})


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(text("SELECT count(*) FROM cups")) or 0


@pytest.mark.parametrize("name", WAYS)
def test_what_was_written_is_there_afterwards(shelf: Database, name: str) -> None:
    with way(shelf, name) as session:
        put(session, 1)
    assert count(shelf) == 1


@pytest.mark.parametrize("name", WAYS)
def test_an_error_takes_everything_back(shelf: Database, name: str) -> None:
    with pytest.raises(KeyError), way(shelf, name) as session:
        put(session, 1)
        raise KeyError
    with pytest.raises(IntegrityError), way(shelf, name) as session:
        put(session, 2)
        put(session, 2)
    assert count(shelf) == 0


def test_a_reading_session_refuses_to_write(shelf: Database) -> None:
    with pytest.raises(DBAPIError) as refusal, shelf.reading() as session:
        put(session, 1)
    assert not shelf.is_unavailable(refusal.value)
    assert count(shelf) == 0


def test_writing_works_after_a_refused_write_on_the_same_connection(shelf: Database) -> None:
    for number in range(3):
        with pytest.raises(DBAPIError), shelf.reading() as session:
            put(session, number)
        with shelf.writing() as session:
            put(session, number)
    assert count(shelf) == 3


def test_tables_are_made_and_taken_back_in_a_transaction(empty_database: Database) -> None:
    with pytest.raises(KeyError), empty_database.writing() as session:
        session.execute(text("CREATE TABLE plates (id INTEGER)"))
        raise KeyError
    with empty_database.writing() as session:
        session.execute(text("CREATE TABLE plates (id INTEGER)"))


def test_a_reference_to_nothing_is_refused(shelf: Database) -> None:
    with shelf.writing() as session:
        session.execute(text("CREATE TABLE saucers (cup_id INTEGER REFERENCES cups (id))"))
    with pytest.raises(IntegrityError), shelf.writing() as session:
        session.execute(text("INSERT INTO saucers VALUES (99)"))


def test_many_writers_at_once_lose_nothing(shelf: Database) -> None:
    def raise_the_counter(_: int) -> None:
        with shelf.writing() as session:
            lock = "" if session.get_bind().dialect.name == "sqlite" else " FOR UPDATE"
            word = session.scalar(text(f"SELECT word FROM cups WHERE id = 1{lock}"))
            session.execute(text("UPDATE cups SET word = :word WHERE id = 1"), {"word": str(int(word or 0) + 1)})

    with shelf.writing() as session:
        put(session, 1, "0")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(raise_the_counter, range(80)))
    with shelf.reading() as session:
        assert session.scalar(text("SELECT word FROM cups")) == "80"


def test_a_reader_is_not_kept_waiting_by_a_writer(shelf: Database) -> None:
    with shelf.writing() as session:
        put(session, 1)
        assert count(shelf) == 0


def test_a_lock_that_is_let_go_is_waited_for(shelf: Database) -> None:
    with shelf.writing() as session:
        put(session, 1)
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with shelf.writing() as session:
            session.execute(text("UPDATE cups SET word = 'coffee'"))
            held.set()
            let_go.wait(10)

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        held.wait(10)
        threading.Timer(0.3, let_go.set).start()
        with shelf.writing() as session:
            session.execute(text("UPDATE cups SET word = word || ' and cake'"))
        holding.result()
    with shelf.reading() as session:
        assert session.scalar(text("SELECT word FROM cups")) == "coffee and cake"


def test_a_lock_that_stays_counts_as_unavailable(sqlite_url: str) -> None:
    database = Database.open(sqlite_url, busy_seconds=0.05)
    other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DBAPIError) as error, database.writing() as session:
        session.execute(text("CREATE TABLE plates (id INTEGER)"))
    assert database.is_unavailable(error.value)
    other.execute("ROLLBACK")
    with database.writing() as session:
        session.execute(text("CREATE TABLE plates (id INTEGER)"))
    database.close()
    other.close()


def test_a_full_disk_counts_as_unavailable_and_passes(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    with database.writing() as session:
        session.execute(text("CREATE TABLE plates (word TEXT)"))
    with pytest.raises(DBAPIError) as error, database.writing() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        session.execute(text("INSERT INTO plates VALUES (:word)"), {"word": "x" * 1_000_000})
    assert database.is_unavailable(error.value)
    with database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1000000"))
        session.execute(text("INSERT INTO plates VALUES (:word)"), {"word": "x" * 1_000_000})
    database.close()


def test_cut_connections_are_made_anew(postgres: Postgres) -> None:
    url = postgres.create()
    database = Database.open(url)
    database.check()
    postgres.cut(url)
    database.check()
    with pytest.raises(DBAPIError) as error, database.writing() as session:
        session.execute(text("SELECT 1"))
        postgres.cut(url)
        session.execute(text("SELECT 1"))
    assert database.is_unavailable(error.value)
    with database.writing() as session:
        session.execute(text("SELECT 1"))
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql+psycopg://nobody@127.0.0.1:1/nothing", id="nobody listens"),
        pytest.param("postgresql+psycopg://nobody@host.invalid/nothing", id="no such host"),
        pytest.param("sqlite:////dev/null/rituals.sqlite3", id="no folder"),
    ],
)
def test_an_unreachable_database_counts_as_unavailable(url: str) -> None:
    with pytest.raises((DBAPIError, OSError)) as error:
        Database.open(url).check()
    assert Database.is_unavailable(error.value)


def test_no_table_is_no_question_of_waiting(empty_database: Database) -> None:
    with pytest.raises(DBAPIError) as error:
        count(empty_database)
    assert not empty_database.is_unavailable(error.value)


def test_a_cause_behind_another_error_is_seen(shelf: Database) -> None:
    def one_error_behind_another() -> None:
        try:
            Database.open("sqlite:////dev/null/rituals.sqlite3").check()
        except DBAPIError as error:
            raise RuntimeError from error

    with pytest.raises(RuntimeError) as error:
        one_error_behind_another()
    assert shelf.is_unavailable(error.value)
    assert not shelf.is_unavailable(ValueError("cups"))


def test_postgresql_speaks_utc_and_waits_for_nothing_forever(postgresql_url: str) -> None:
    database = Database.open(postgresql_url)
    with database.reading() as session:
        assert session.scalar(text("SHOW timezone")) == "UTC"
        assert session.scalar(text("SHOW statement_timeout")) != "0"
        assert session.scalar(text("SHOW lock_timeout")) != "0"
    database.close()


def test_postgresql_waits_for_the_disk_unless_recording(postgresql_url: str) -> None:
    database = Database.open(postgresql_url)
    for name, level in (("writing", "on"), ("recording", "off"), ("writing", "on")):
        with way(database, name) as session:
            assert session.scalar(text("SHOW synchronous_commit")) == level
    database.close()


def test_what_was_recorded_in_a_hurry_is_hardened_while_others_write(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.open(sqlite_url)
    with database.hurrying() as session:
        session.execute(text("CREATE TABLE cups (id INTEGER PRIMARY KEY, word TEXT NOT NULL)"))
        put(session, 1)
    with database.hurrying() as other:
        other.connection()
        database.harden()
    copy = tmp_path / "what-the-power-loss-left.sqlite3"
    copy.write_bytes(Path(database.engine.url.database or "").read_bytes())
    left = Database.open(f"sqlite:///{copy}")
    assert count(left) == 1
    left.close()
    database.close()


def test_sqlite_waits_for_the_disk_unless_recording(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    for name, level in (("writing", 2), ("recording", 1), ("writing", 2)):
        with way(database, name) as session:
            assert session.scalar(text("PRAGMA synchronous")) == level
            assert session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert session.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


KILLED = """
import os, signal, sys
from sqlalchemy import text
from service.database import Database
database = Database.open(sys.argv[1])
with database.writing() as session:
    session.execute(text("INSERT INTO cups VALUES (1, 'kept')"))
with database.recording() as session:
    session.execute(text("INSERT INTO cups VALUES (2, 'kept')"))
with database.writing() as session:
    session.execute(text("INSERT INTO cups VALUES (3, 'never confirmed')"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_committed_survives_kill_9(shelf: Database) -> None:
    url = shelf.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", KILLED, url], cwd=PROJECT, check=False)
    assert killed.returncode == -signal.SIGKILL
    with shelf.reading() as session:
        assert session.scalars(text("SELECT id FROM cups ORDER BY id")).all() == [1, 2]
    with shelf.writing() as session:
        put(session, 3)


def migrate(url: str) -> None:
    Database.open(url).migrate()


def test_several_processes_migrate_at_once(empty_database: Database) -> None:
    url = empty_database.engine.url.render_as_string(hide_password=False)
    several = [fork(migrate, url) for _ in range(4)]
    for one in several:
        one.join(60)
    assert [one.exitcode for one in several] == [0, 0, 0, 0]
    assert empty_database.is_current()


@pytest.mark.faults
def test_a_restarted_server_is_found_again(private_postgres: Postgres) -> None:
    database = Database.open(private_postgres.create())
    database.check()
    private_postgres.stop()
    with pytest.raises(DBAPIError) as error:
        database.check()
    assert database.is_unavailable(error.value)
    private_postgres.resume()
    database.check()
    database.close()


def test_only_the_owner_can_look_into_the_folder_of_the_database(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'new' / 'rituals.sqlite3'}")
    database.check()
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    database.close()
    assert os.listdir(tmp_path / "new") == ["rituals.sqlite3"]


def test_only_the_owner_can_read_a_new_database(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    database = Database.open(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    database.migrate()
    with database.writing() as session:
        session.execute(text("CREATE TABLE cups (id INTEGER PRIMARY KEY)"))
        session.execute(text("INSERT INTO cups (id) VALUES (1)"))
        session.flush()
        assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("new.sqlite3*")} == {0o600}
    database.close()
