"""Migrations run from inside the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

PROJECT = Path(__file__).resolve().parent.parent
MIGRATION_LOCK = 7_235_211_904
"""Any number, as long as every process of this service takes the same."""


class SchemaError(Exception):
    """The tables could not be brought to the wanted revision."""


def migrate(connection: Connection, revision: str) -> None:
    """Upgrade or downgrade inside the transaction that the connection is in."""
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
    wanted = ScriptDirectory.from_config(configuration()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(wanted)


def configuration() -> Config:
    return Config(toml_file=PROJECT / "pyproject.toml")


def refuse_broken_references(connection: Connection) -> None:
    """Foreign keys are off while SQLite rebuilds tables, so they are looked at before the commit."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise SchemaError(f"After migrating, a row of table {broken[0]} points to nothing; nothing was changed.")
