"""Where Alembic meets the models: one connection, handed over by the program or opened from the settings."""

import os
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, make_url

import rituals.models  # noqa: F401  # so that every table is known
from rituals.storage import Base, Moment, WallClock
from service.engines import Intent, open_schema_engine
from service.schema import PROJECT


def render_item(kind: str, item: object, _autogenerating: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database: a migration outlives the code."""
    if kind == "type" and isinstance(item, Moment | WallClock):
        return f"sa.DateTime(timezone={isinstance(item, Moment)})"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite alters a table by building it anew.
        render_as_batch=True,
        render_item=render_item,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_from_the_command_line() -> None:
    from service.settings import Settings

    engine = open_schema_engine(make_url(Settings.read(os.environ, root=PROJECT).database_url))
    with engine.execution_options(intent=Intent.MIGRATING).begin() as connection:
        run(connection)


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    run(given)
else:
    run_from_the_command_line()
