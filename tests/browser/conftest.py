"""The whole program with a real browser: pages on a port, a worker beside them, mails over a socket, our own clock."""

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from integrations.mail.smtp import Relay, SmtpMailer
from integrations.strongbox import Strongbox
from integrations.vault import Vault
from rituals.catalogue import Catalogue
from service.database import Database
from service.links import Links
from service.services import Sending, Services
from service.settings import Settings
from service.web import create_app
from service.wiring import calendars
from service.worker import Worker
from tests.fakes import FakeClock
from tests.simulators.mail_server import MailServer

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DECKS = Path(__file__).parents[2] / "rituals" / "decks"
POLL = timedelta(milliseconds=100)
"""The clock jumps ahead while the worker rests; it should soon notice."""
KEY = "a-key-that-is-only-good-for-tests-0123456789"
PHONE = {"width": 375, "height": 800}
DESKTOP = {"width": 1200, "height": 900}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("NO CHROMIUM ON THIS MACHINE: THE JOURNEY IS NOT TRIED IN A BROWSER (apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass(slots=True)
class Site:
    """The running program, its clock, and the mails that left it."""

    url: str
    clock: FakeClock
    server: MailServer
    read: int = field(default=0)

    def mails(self, count: int) -> list[EmailMessage]:
        """The next `count` mails; fails when they do not come."""
        assert self.server.wait_for_messages(self.read + count, timeout=15), self._missing(count)
        found = self.server.messages[self.read : self.read + count]
        self.read += count
        return [_parsed(one.content) for one in found]

    def mail(self, to: str) -> EmailMessage:
        (mail,) = self.mails(1)
        assert mail["To"] == to
        return mail

    def waiting(self) -> int:
        """How many have come that nobody has read; at least one."""
        assert self.server.wait_for_messages(self.read + 1, timeout=15), self._missing(1)
        return len(self.server.messages) - self.read

    def no_more_mails(self) -> bool:
        return len(self.server.messages) == self.read

    def pass_time(self, until: datetime) -> None:
        self.clock.now = until

    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    def _missing(self, count: int) -> str:
        return f"{count} more mails should have come; {len(self.server.messages) - self.read} did"


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def link_in(mail: EmailMessage, path: str) -> str:
    """The first link of the mail that leads to this path."""
    found = re.search(rf"http://\S*{path}\S*", text_of(mail))
    assert found is not None, f"no link to {path} in: {text_of(mail)}"
    return found.group(0)


@pytest.fixture
def google() -> dict[str, str]:
    """What the settings say of Google: nothing. A test that connects to it gives its own fixture of this name."""
    return {}


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, clock: FakeClock, google: dict[str, str]) -> Iterator[Site]:
    with MailServer() as server:
        port = _free_port()
        services = _services(sqlite_url, tmp_path, clock, server, port, google)
        web = make_server("127.0.0.1", port, create_app(services), threaded=True)
        stop = threading.Event()
        worker = Worker(services, stop, elapsed=clock.elapsed, poll=POLL)
        threads = [
            threading.Thread(target=web.serve_forever, daemon=True),
            threading.Thread(target=worker.run, daemon=True),
        ]
        for thread in threads:
            thread.start()
        yield Site(services.settings.base_url, clock, server)
        stop.set()
        web.shutdown()
        threads[1].join(20)
        services.database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _services(
    database_url: str, root: Path, clock: FakeClock, server: MailServer, port: int, google: dict[str, str]
) -> Services:
    environ = {"SECRET_KEYS": KEY, "SMTP_URL": server.url, "PORT": str(port), **google}
    settings = Settings.read(environ, root=root)
    mailer = SmtpMailer([Relay.parse(server.url)], timeout=timedelta(seconds=5))
    return Services(
        settings=settings,
        database=Database.open(database_url),
        clock=clock,
        mailer=mailer,
        catalogue=Catalogue.load(DECKS),
        links=Links([KEY], settings.base_url),
        vault=Vault([KEY]),
        strongbox=Strongbox([KEY]),
        sending=Sending(patience=timedelta(seconds=5)),
        calendars=calendars(settings),
    )


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens one more person's browser: their zone, their screen."""
    contexts: list[BrowserContext] = []

    def open_page(zone: str, *, screen: dict[str, int], javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=site.url,
            timezone_id=zone,
            locale="en-GB",
            viewport=screen,
            java_script_enabled=javascript,
            reduced_motion="reduce",  # nobody looks at what moves
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
