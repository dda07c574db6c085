"""A desk to write mails at, and a household to write about."""

from collections.abc import Iterator

import pytest

from service.database import Database
from service.emails.desk import Desk
from service.links import Links
from service.settings import Sender
from tests.rituals.households import Household
from tests.service.emails.reading import CATALOGUE


@pytest.fixture
def desk() -> Desk:
    links = Links(["a-key-that-is-only-good-for-tests-0123456789"], "https://rituals.example.org")
    return Desk.set_up(Sender("Side by Side", "rituals@example.org"), links, CATALOGUE)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def home(database: Database) -> Iterator[Household]:
    with database.writing() as session:
        yield Household.begin(session)
