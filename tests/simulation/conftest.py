"""A world two minutes before two plans begin, as fresh as often as one asks."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rituals.catalogue import Catalogue
from service.database import Database
from service.services import Services
from tests.service.conftest import DECKS, workday
from tests.simulation.couple import settle_down
from tests.simulation.time import Time
from tests.simulation.world import Plant, World

STARTS_AT = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
Begin = Callable[[Plant], World]


@pytest.fixture(scope="session")
def settled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Services, Path]:
    """Services, and a database in which the two have agreed on everything."""
    root = tmp_path_factory.mktemp("settled")
    path = Path(shutil.copy(sqlite_template, root / "settled.sqlite3"))
    database = Database.open(f"sqlite:///{path}")
    services = workday(database, root, Catalogue.load(DECKS)).services
    settle_down(services, STARTS_AT)
    database.close()
    return services, path


@pytest.fixture
def begin(settled: tuple[Services, Path], sqlite_url: str, open_database: Callable[[str], Database]) -> Iterator[Begin]:
    services, template = settled
    database, path = open_database(sqlite_url), Path(sqlite_url.removeprefix("sqlite:///"))

    def fresh(plant: Plant) -> World:
        database.close()
        for each in path.parent.iterdir():
            each.unlink()
        shutil.copy(template, path)
        return World.begin(replace(services, database=database), Time(STARTS_AT - timedelta(minutes=2)), plant)

    yield fresh
    database.close()
