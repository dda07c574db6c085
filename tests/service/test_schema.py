"""Migrations: up, down and up again, and in agreement with the models."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import rituals.models  # noqa: F401  # so that every table is known
from rituals.storage import Base
from service.database import Database
from service.schema import REVISIONS, SchemaError, configuration, newest


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_tables_are_made_taken_back_and_made_again(empty_database: Database) -> None:
    assert not empty_database.is_current()
    empty_database.migrate()
    assert empty_database.is_current()
    assert tables(empty_database) == set(Base.metadata.tables)
    empty_database.migrate("base")
    assert tables(empty_database) == set()
    empty_database.migrate()
    assert empty_database.is_current()


def test_the_newest_revision_is_the_one_with_the_highest_number() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [newest()]


def test_a_database_that_is_behind_is_not_current(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
    assert not database.is_current()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    assert database.is_current()


def test_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="another version"):
        database.migrate()


@pytest.mark.parametrize("migration", sorted(REVISIONS.glob("[0-9]*.py"))[6:], ids=lambda path: path.stem)
def test_a_migration_only_adds_or_says_why_nobody_reads_what_it_takes_away(migration: Path) -> None:
    """Workers of the version before go on while it runs, and after it."""
    source = migration.read_text()
    upgrade = source.partition("def upgrade")[2].partition("def downgrade")[0]
    assert not re.search(r"\bdrop_|rename|alter_column", upgrade) or "\nTAKES_AWAY = " in source


def test_every_reference_has_an_index(database: Database) -> None:
    looking = inspect(database.engine)
    for table in tables(database):
        leading = {tuple(index["column_names"])[:1] for index in looking.get_indexes(table)}
        leading |= {tuple(unique["column_names"])[:1] for unique in looking.get_unique_constraints(table)}
        leading |= {tuple(looking.get_pk_constraint(table)["constrained_columns"])[:1]}
        for reference in looking.get_foreign_keys(table):
            assert tuple(reference["constrained_columns"])[:1] in leading, (table, reference["constrained_columns"])
