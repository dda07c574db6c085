"""The stage of the fault tests: a scripted mail server, couples with prompts that come due, and real workers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from service.database import Database
from tests.faults.couples import Couples, Prompts
from tests.faults.workers import WorkerProcess
from tests.simulators.mail_script import Rule
from tests.simulators.mail_server import MailServer

KEY = "a-key-that-is-only-good-for-tests-0123456789"
LEASE_SECONDS = 2
WINDOW = timedelta(seconds=60)
"""Longer than any test on a busy machine. After a try that failed the next one comes in a tenth of it, or 5 s."""


@dataclass(slots=True)
class Stage:
    """Everything a fault needs."""

    server: MailServer
    database: Database
    database_url: str
    folder: Path
    couples: Couples
    workers: list[WorkerProcess] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    """What else the workers are told."""

    def due(self, couples: int = 1, *, within: timedelta = timedelta(), window: timedelta = WINDOW) -> Prompts:
        """Couples whose prompts are due `within` this time, ago if negative."""
        return self.couples.due(couples, within=within, window=window)

    def worker(self, *, lease: int = LEASE_SECONDS, connections: int | None = None) -> WorkerProcess:
        """One more worker, at work. A message step may take it a third of its lease."""
        return self.crew(1, lease=lease, connections=connections)[0]

    def crew(self, count: int, *, lease: int = LEASE_SECONDS, connections: int | None = None) -> list[WorkerProcess]:
        """So many more workers, all at work."""
        crew = [self.call_worker(lease=lease, connections=connections) for _ in range(count)]
        for worker in crew:
            worker.wait_until_ready()
        return crew

    def call_worker(self, *, lease: int = LEASE_SECONDS, connections: int | None = None) -> WorkerProcess:
        """One more worker, on its way to work."""
        options = f"?connections={connections}" if connections else ""
        environ = {
            "DATABASE_URL": self.database_url,
            "SMTP_URL": self.server.url + options,
            "SECRET_KEYS": KEY,
            "MAIL_FROM": "Side by Side <rituals@side.example>",
            "LEASE_SECONDS": str(lease),
            **self.environ,
        }
        worker = WorkerProcess.start(environ, self.folder / f"worker-{len(self.workers)}.log")
        self.workers.append(worker)
        return worker

    def behave(self, *script: Rule) -> None:
        self.server.rewrite(*script)

    def copies(self, prompts: Prompts) -> dict[str, int]:
        """How many whole copies the mail server got, by address."""
        arrived = [copy.recipient for copy in self.server.received]
        return {address: arrived.count(address) for address in prompts.addresses}

    def contents(self, address: str) -> set[bytes]:
        """The different mails that this address got: one, however many copies came."""
        return {copy.content for copy in self.server.received if copy.recipient == address}

    def clear(self) -> None:
        for worker in self.workers:
            if worker.is_running():
                worker.kill()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, to be quick. `@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)` for the other."""
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest.fixture
def stage(server: MailServer, database: Database, database_url: str, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(server, database, database_url, tmp_path, Couples(database))
    yield stage
    stage.clear()
