"""A worker's day: services on SQLite with a clock that stands still, and mail that is kept."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.strongbox import Strongbox
from integrations.vault import Vault
from rituals.catalogue import Catalogue
from service.database import Database
from service.links import Links
from service.services import Services
from service.settings import Settings
from tests.fakes import FakeClock
from tests.service.workday import Pair, Post, Workday

DECKS = Path(__file__).parents[2] / "rituals" / "decks"
KEY = "a-key-that-is-only-good-for-tests-0123456789"
MORNING = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def decks() -> Catalogue:
    return Catalogue.load(DECKS)


@pytest.fixture
def day(
    sqlite_url: str, open_database: Callable[[str], Database], tmp_path: Path, decks: Catalogue
) -> Iterator[Workday]:
    database = open_database(sqlite_url)
    yield workday(database, tmp_path, decks)
    database.close()


def workday(database: Database, root: Path, decks: Catalogue) -> Workday:
    """A Monday morning."""
    clock = FakeClock(MORNING)
    post = Post(clock)
    settings = Settings.read({"SECRET_KEYS": KEY, "MAIL_FROM": "rituals@side.example"}, root=root)
    services = Services(
        settings=settings,
        database=database,
        clock=clock,
        mailer=post,
        catalogue=decks,
        links=Links(settings.secret_keys, settings.base_url),
        vault=Vault(settings.secret_keys),
        strongbox=Strongbox(settings.secret_keys),
    )
    return Workday(services, clock, post)


@pytest.fixture
def begin(
    sqlite_url: str, sqlite_template: Path, open_database: Callable[[str], Database], tmp_path: Path, decks: Catalogue
) -> Iterator[Callable[[], Workday]]:
    """A fresh day each time, over a file of the same name."""
    database, path = open_database(sqlite_url), Path(sqlite_url.removeprefix("sqlite:///"))

    def fresh_day() -> Workday:
        database.close()
        for each in path.parent.iterdir():
            each.unlink()
        shutil.copy(sqlite_template, path)
        return workday(database, tmp_path, decks)

    yield fresh_day
    database.close()


@pytest.fixture
def pair(day: Workday) -> Pair:
    return Pair.meet(day)
