"""A PostgreSQL database that is emptied between tests: many times as quick as dropping it and making another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import make_url

EMPTIER = "emptier"
"""What its connection is called, so that a test that cuts all others can spare it."""
PATIENCE = "SET lock_timeout = '10s'"
UNGUARDED = "SET session_replication_role = replica"
"""Without looking for rows that point at those that go: all of them go."""
END_OTHERS = (
    "PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)
"""What a test left in the middle of a transaction; whoever uses such a connection next is given another."""
DELETIONS = "SELECT format('DELETE FROM %I', tablename) FROM pg_tables WHERE schemaname = 'public'"
KEEP_REVISION = "CREATE TEMPORARY TABLE revision AS SELECT * FROM alembic_version"
PUT_REVISION_BACK = "INSERT INTO alembic_version SELECT * FROM revision"
FIRST_NUMBERS = "SELECT format('PERFORM setval(%L, 1, false)', sequencename) FROM pg_sequences"
FUNCTION = "CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {}; END $$"
"""Planned once, as long as the connection lives; nobody else sees it."""


@dataclass(frozen=True, slots=True)
class Emptied:
    """One migrated database, and a connection to it that knows how to empty it."""

    url: str
    connection: "psycopg.Connection[tuple[object, ...]]"

    @classmethod
    @contextmanager
    def over(cls, url: str) -> Iterator["Emptied"]:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, application_name=EMPTIER) as connection:
            connection.execute(f"{PATIENCE}; {UNGUARDED}; {KEEP_REVISION}".encode())
            found = connection.execute(f"{DELETIONS} UNION ALL {FIRST_NUMBERS}".encode())
            steps = [END_OTHERS, *(str(step) for (step,) in found), PUT_REVISION_BACK]
            connection.execute(FUNCTION.format("; ".join(steps)).encode())
            yield cls(url, connection)

    def empty(self) -> None:
        """No rows, and every count begins at one again."""
        self.connection.execute(b"SELECT pg_temp.empty()")
