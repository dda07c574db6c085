"""Two transactions at once, the second begun while the first has acted and not yet committed."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy.orm import Session

from service.database import Database

SOON = 5


def one_after_the_other(
    database: Database, first: Callable[[Session], bool], second: Callable[[Session], bool]
) -> tuple[bool, bool]:
    """The second begins while the first has acted and not yet committed."""
    acted, may_commit = Event(), Event()

    def hold() -> bool:
        with database.writing() as session:
            done = first(session)
            session.flush()
            acted.set()
            assert may_commit.wait(SOON)
            return done

    def follow() -> bool:
        with database.writing() as session:
            return second(session)

    with ThreadPoolExecutor(2) as pool:
        holding: Future[bool] = pool.submit(hold)
        assert acted.wait(SOON)
        following = pool.submit(follow)
        with pytest.raises(TimeoutError):
            following.result(0.3)  # it waits for the first
        may_commit.set()
        return holding.result(SOON), following.result(SOON)
