"""A copy of the SQLite file while it is in use, and what must be done before any backup is lived with again."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import delete, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rituals.signin import SignedIn
from service.backup import BackupError
from service.database import Database

FAR = 1_000_000_000
"""More numbers than are given between a backup and its return."""
COUNT_ON_WITHOUT_ROWS = """
    INSERT INTO sqlite_sequence (name, seq)
    SELECT name, :far FROM sqlite_master
    WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)
"""
COUNT_ON_IN_POSTGRES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + :far)
    FROM pg_sequences WHERE schemaname = current_schema()
"""


def back_up(source: Path, target: Path) -> int:
    """Copy the database, whole and checked, for its owner's eyes alone; answers its size in bytes.

    Nobody waits meanwhile: it is one long read, and in WAL readers and writers do not meet.
    """
    if target.exists():
        raise BackupError(f"There is something at {target} already. Name a file that does not exist yet.")
    copy = target.with_name(f"{target.name}.partial")
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BackupError(f"{copy} cannot be written: {error.strerror}.") from error
    try:
        _copy(source, copy)
        _make_ready(copy)
        _check(copy)
        copy.rename(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise BackupError(f"The backup failed: {error}. Is there room?") from error
    finally:
        for rest in ("", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{copy}{rest}").unlink(missing_ok=True)
    return target.stat().st_size


def make_ready(session: Session) -> None:
    """So that what happened after the backup was made does no harm when it has returned.

    Mails carry signed links that name rows by number. A number that was given since would be given to somebody else,
    and an old link would open what is theirs: so counting goes on far ahead. Sessions that were ended since then
    would be open again: so everybody signs in anew.
    """
    session.execute(delete(SignedIn))
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("UPDATE sqlite_sequence SET seq = seq + :far"), {"far": FAR})
        session.execute(text(COUNT_ON_WITHOUT_ROWS), {"far": FAR})  # a table that never had a row has no line there
    else:
        session.execute(text(COUNT_ON_IN_POSTGRES), {"far": FAR})


def _copy(source: Path, copy: Path) -> None:
    opened = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    with closing(opened) as reading, closing(sqlite3.connect(copy)) as writing:
        reading.backup(writing)


def _make_ready(copy: Path) -> None:
    database = Database.open(f"sqlite:///{copy}")
    try:
        with database.writing() as session:
            make_ready(session)
    finally:
        database.close()


def _check(copy: Path) -> None:
    """One file, with nothing beside it; the program itself goes over to WAL again."""
    with closing(sqlite3.connect(copy)) as written:
        written.execute("PRAGMA journal_mode = DELETE")
        found = written.execute("PRAGMA integrity_check").fetchone()
    if found != ("ok",):
        raise BackupError("The copy is damaged, so the database is as well. Restore the newest backup that is whole.")
    _sync(copy)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
