"""The web application with a clock that stands still, and the people who visit it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from integrations.strongbox import Strongbox
from integrations.vault import Vault
from rituals.catalogue import Catalogue
from service.database import Database
from service.links import Links
from service.services import Services
from service.settings import Settings
from tests.fakes import FakeClock
from tests.service.web.apps import Apps
from tests.service.web.connecting import Calendars
from tests.service.web.people import KeptMail, Pair, others, pair

DECKS = Path(__file__).parents[3] / "rituals" / "decks"
KEY = "a-key-that-is-only-good-for-tests-0123456789"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, to be quick. `@pytest.mark.parametrize("database_url", KINDS, indirect=True)` runs a test on both."""
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.load(DECKS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Development over http. A test that needs other settings gives its own fixture of this name."""
    return Settings.read({"SECRET_KEYS": KEY, "BASE_URL": "http://localhost"}, root=tmp_path)


@pytest.fixture
def mail() -> KeptMail:
    return KeptMail()


@pytest.fixture
def services(
    settings: Settings, database: Database, clock: FakeClock, mail: KeptMail, catalogue: Catalogue
) -> Services:
    return Services(
        settings=settings,
        database=database,
        clock=clock,
        mailer=mail,
        catalogue=catalogue,
        links=Links(settings.secret_keys, settings.base_url),
        vault=Vault(settings.secret_keys),
        strongbox=Strongbox(settings.secret_keys),
    )


@pytest.fixture(scope="session")
def apps() -> Apps:
    return Apps()


@pytest.fixture
def app(apps: Apps, services: Services) -> Flask:
    """Without cross-site protection, so that a test can post what it likes; `guarded_app` has it."""
    return apps.over(services, guarded=False)


@pytest.fixture
def guarded_app(apps: Apps, services: Services) -> Flask:
    """As it runs for people: with cross-site protection, and 500 in place of an exception."""
    return apps.over(services, guarded=True)


@pytest.fixture
def secure_app(apps: Apps, settings: Settings, services: Services) -> Flask:
    """Over https."""
    secure = replace(settings, base_url="https://rituals.example.org")
    links = Links(secure.secret_keys, secure.base_url)
    return apps.over(replace(services, settings=secure, links=links), guarded=True)


@pytest.fixture
def new_client(app: Flask) -> Callable[[], FlaskClient]:
    """Makes one more browser with no cookies in it."""
    return app.test_client


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def couple(app: Flask) -> Pair:
    """Anna in Berlin and Ben in Lisbon, each signed in in a browser of their own, sharing an open space."""
    return pair(app)


@pytest.fixture
def calendars(app: Flask) -> Calendars:
    """Google and accounts elsewhere can be connected, and are in memory."""
    return Calendars.set_up(app)


@pytest.fixture
def other_couple(app: Flask) -> Pair:
    """Cleo and Dan, who must never be touched."""
    return others(app)
