"""Ids that stand in mailed links: one that has been given never comes back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

import rituals.models  # noqa: F401  # so that every table is known
from rituals.signin import SignInLink
from rituals.storage import Base
from service.database import Database
from service.links import Links, Purpose

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
UNNUMBERED = {"heartbeat", "tally"}


def test_an_old_mails_link_never_becomes_somebody_elses(database: Database) -> None:
    links = Links(["a-key-that-is-only-good-for-tests-0123456789"], "http://localhost")
    with database.writing() as session:
        first = SignInLink.ask(session, "anna@example.org", NOW)
        assert first is not None
        old = links.token(Purpose.SIGN_IN, link=first.id)
        session.execute(delete(SignInLink))  # as after thirty quiet days
    with database.writing() as session:
        later = SignInLink.ask(session, "ben@example.org", NOW)
        assert later is not None
        assert links.token(Purpose.SIGN_IN, link=later.id) != old


@pytest.mark.parametrize("name", sorted(set(Base.metadata.tables) - UNNUMBERED))
def test_no_number_is_given_twice(sqlite_url: str, name: str) -> None:
    """PostgreSQL's sequences never go back; SQLite must be told."""
    database = Database.open(sqlite_url)
    with database.reading() as session:
        sql = session.connection().exec_driver_sql(f"SELECT sql FROM sqlite_master WHERE name = '{name}'").scalar()
    database.close()
    assert "AUTOINCREMENT" in str(sql)
