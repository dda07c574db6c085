"""The database: transactions for reading, writing and recording, and what counts as unavailable."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from service import schema
from service.engines import BUSY_SECONDS, Intent, is_sqlite, open_at_once_engine, open_engine, open_schema_engine

SQLITE_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


@dataclass(frozen=True, slots=True)
class Database:
    """One database, SQLite or PostgreSQL; connects when first asked and again after every loss."""

    engine: Engine

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = BUSY_SECONDS) -> "Database":
        return cls(open_engine(make_url(url), busy_seconds=busy_seconds))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state and refuses every write."""
        options = {"intent": Intent.READING, "postgresql_readonly": True}
        with Session(self.engine.execution_options(**options), autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end, and then survives power loss; rolls back on any error."""
        with self._committing(Intent.WRITING) as session:
            yield session

    @contextmanager
    def recording(self) -> Iterator[Session]:
        """Like writing, without waiting for the disk: survives a killed process, perhaps not a power loss."""
        with self._committing(Intent.RECORDING) as session:
            yield session

    def harden(self) -> None:
        """Let what was recorded so far survive a power loss, while others go on. PostgreSQL does so by itself."""
        if self.hardens:
            with closing(self.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
                cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @property
    def hardens(self) -> bool:
        """Whether somebody must see to it that what is recorded reaches the disk."""
        return is_sqlite(self.engine.url)

    def at_once_engine(self) -> Engine:
        """For the few statements that run thousands of times a second: raw connections, each statement committed."""
        return open_at_once_engine(self.engine.url)

    @property
    def errors(self) -> type[Exception]:
        """What the driver raises by itself, where SQLAlchemy does not stand between."""
        return self.engine.dialect.loaded_dbapi.Error

    @contextmanager
    def hurrying(self) -> Iterator[Session]:
        """Like recording, without even tidying the log of writes: whoever uses it must see to `harden`."""
        with self._committing(Intent.HURRYING) as session:
            yield session

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to this revision; safe when several processes do it at once."""
        engine = open_schema_engine(self.engine.url)
        try:
            with engine.execution_options(intent=Intent.MIGRATING).begin() as connection:
                schema.migrate(connection, revision)
        finally:
            engine.dispose()

    def is_current(self) -> bool:
        """Whether the tables are those that this version of the code expects."""
        with self.reading() as session:
            return schema.is_current(session.connection())

    def check(self) -> None:
        """Ask the database for anything at all; raises what `is_unavailable` recognises."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()

    @staticmethod
    def is_unavailable(error: BaseException) -> bool:
        """Whether waiting and trying again may help: locked, full, gone, or too busy."""
        seen: BaseException | None = error
        while seen is not None:
            if _means_unavailable(seen):
                return True
            seen = seen.orig if isinstance(seen, DBAPIError) else seen.__cause__
        return False

    @contextmanager
    def _committing(self, intent: Intent) -> Iterator[Session]:
        bind = self.engine.execution_options(intent=intent)
        with Session(bind, expire_on_commit=False) as session, session.begin():
            yield session


def _means_unavailable(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    if isinstance(error, sqlite3.Error):
        # The low byte is the primary code; the rest says more than is needed here.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in SQLITE_UNAVAILABLE
    return isinstance(error, PoolTimeout) or _is_lost_by_postgres(error)


def _is_lost_by_postgres(error: BaseException) -> bool:
    """Lost and refused connections, too many of them, timeouts, deadlocks, a full disk."""
    import psycopg  # only where something failed: on SQLite every start would load it for nothing

    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
