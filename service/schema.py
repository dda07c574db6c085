"""Migrations run from inside the program."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

PROJECT = Path(__file__).resolve().parent.parent
REVISIONS = PROJECT / "migrations" / "versions"
MIGRATION_LOCK = 7_235_211_904
"""Any number, as long as every process of this service takes the same."""


class SchemaError(Exception):
    """The tables could not be brought to the wanted revision."""


def migrate(connection: Connection, revision: str) -> None:
    """Upgrade or downgrade inside the transaction that the connection is in."""
    # Slow to load, and not needed by a start that finds the tables as they should be.
    from alembic import command
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    config = configuration()
    config.attributes["connection"] = connection
    try:
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
    except CommandError as error:
        raise SchemaError(f"The tables were made by another version of this program: {error}.") from error
    if connection.dialect.name == "sqlite":
        refuse_broken_references(connection)


def is_current(connection: Connection) -> bool:
    """Whether nothing is to be done; asked at every start, so without loading what migrates."""
    return revision_of(connection) == newest()


def suffices(connection: Connection) -> bool:
    """Whether this version of the code can work on these tables: its own, or newer ones, as migrations only add."""
    return revision_of(connection) >= newest()


def revision_of(connection: Connection) -> str:
    """Of the tables as they are; empty where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def newest() -> str:
    """The revision that this version of the code expects: the files in migrations/versions are numbered."""
    return max(path.name for path in REVISIONS.glob("[0-9]*.py")).partition("_")[0]


def configuration() -> "Config":
    from alembic.config import Config

    return Config(toml_file=PROJECT / "pyproject.toml")


def refuse_broken_references(connection: Connection) -> None:
    """Foreign keys are off while SQLite rebuilds tables, so they are looked at before the commit."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise SchemaError(f"After migrating, a row of table {broken[0]} points to nothing; nothing was changed.")
