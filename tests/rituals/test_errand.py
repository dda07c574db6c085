"""Rows of work: found by an index, however many have been settled before."""

import pytest
from sqlalchemy import Engine, event

from rituals.delivery import Delivery
from rituals.outbox import Letter
from service.database import Database


@pytest.mark.parametrize("kind", [Delivery, Letter])
def test_the_next_moment_is_found_without_reading_every_row(sqlite_url: str, kind: type[Delivery | Letter]) -> None:
    database = Database.open(sqlite_url)
    asked = statements(database.engine)
    with database.reading() as session:
        assert kind.next_at(session) is None
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1]}").all()
    database.close()
    assert any(f"ix_{kind.__tablename__}_try_at" in str(step) for step in plan)


def statements(engine: Engine) -> list[str]:
    """Whatever is asked from now on."""
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *heard: asked.append(heard[2]))
    return asked
