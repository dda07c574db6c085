"""A session of either database, and a household in it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from service.database import Database
from tests.rituals.households import Household


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def home(session: Session) -> Household:
    return Household.begin(session)
