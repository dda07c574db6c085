"""What every test may ask for: a clock, and a fresh database of either kind."""

import gc
import shutil
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest

from service.database import Database
from service.engines import is_sqlite
from tests.emptied import Emptied
from tests.fakes import FakeClock
from tests.postgres import Postgres

NO_POSTGRES = "POSTGRESQL DID NOT START, NOTHING WAS TESTED ON IT"
KINDS = ("sqlite", "postgresql")

LONG = ("tests/service/test_run.py", "tests/browser", "test_ical_js", "tests/faults")
"""What takes seconds a test comes first, so that no process is left alone with it at the end."""

# A slow moment of a busy machine is no finding; pytest-timeout catches what hangs.
hypothesis.settings.register_profile("calm", deadline=None)
hypothesis.settings.load_profile("calm")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str, open_database: Callable[[str], Database]) -> Iterator[Database]:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    database = open_database(database_url)
    yield database
    if is_sqlite(database.engine.url):  # its file goes; PostgreSQL's connections serve the next test as well
        database.close()


@pytest.fixture(scope="session")
def open_database() -> Callable[[str], Database]:
    """Opens a database, once for all tests: what was compiled for one serves the next. Close it after each."""
    return cache(Database.open)


@pytest.fixture
def sqlite_url(sqlite_template: Path, sqlite_folder: Path) -> Iterator[str]:
    """A fresh file of the same name for each test of this process."""
    yield f"sqlite:///{shutil.copy(sqlite_template, sqlite_folder / 'rituals.sqlite3')}"
    for file in sqlite_folder.iterdir():
        file.unlink()


@pytest.fixture
def postgresql_url(emptied: Emptied) -> Iterator[str]:
    """A database as fresh as a new one: what a test leaves in it is gone before the next."""
    yield emptied.url
    emptied.empty()


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, for what migrates it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres").create()
    database = Database.open(url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "rituals.sqlite3"
    lay_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def emptied(postgres: Postgres) -> Iterator[Emptied]:
    """The one migrated database of this process; making another for each test would take ten times as long."""
    url = postgres.create()
    lay_tables(url)
    with Emptied.over(url) as emptied:
        yield emptied


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[Postgres]:
    """A real PostgreSQL, shared by all processes of this test run."""
    yield from running(testrun_uid)


@pytest.fixture
def private_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of its own, for a test that stops it."""
    yield from running(uuid4().hex)


def running(name: str) -> Iterator[Postgres]:
    try:
        postgres = Postgres.start(name)
    except Exception as error:  # whatever keeps it from starting, the other half of the tests can run
        pytest.skip(f"{NO_POSTGRES}: {error}")
    yield postgres
    postgres.close()


def lay_tables(url: str) -> None:
    database = Database.open(url)
    database.migrate()
    database.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collecting makes much that stays and nothing that goes: looking for garbage would take almost as long again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if any(NO_POSTGRES in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"{NO_POSTGRES}; -rs says why", red=True, bold=True)
