"""Many rituals written to many connected calendars: how fast, beside the plain HTTP client in the same run."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.calendars.couples import EVENTS, Couples
from benchmarks.calendars.google import Call, RecordingGoogle, Served, served
from benchmarks.calendars.plain import calls_a_second
from benchmarks.calendars.worker import Taken, Workers, working
from benchmarks.herd import durable_postgres
from benchmarks.table import Row
from integrations.vault import Vault
from service.database import Database
from service.services import KEEPERS

KEY = "a-key-that-is-only-good-for-benches-0123456789"
SEVERAL = 3
GIVEN_UP_AFTER = 1800.0


@dataclass(frozen=True, slots=True)
class Setting:
    """Which database, and how many worker processes on it."""

    name: str
    database_url: str
    workers: int


@dataclass(frozen=True, slots=True)
class Ours:
    """What the workers asked while everything was written, and later while nothing had changed; what they took."""

    writing: Sequence[Call]
    looking: Sequence[Call]
    taken: Sequence[Taken]
    """Up to where everything was written."""


def rows(placements: int) -> list[Row]:
    """Each setting in turn, with calendars of its own."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = durable_postgres()
        try:
            settings = [
                Setting("sqlite", f"sqlite:///{folder}/rituals.sqlite3", 1),
                Setting("postgresql", postgres.create(), 1),
                Setting("postgresql", postgres.create(), SEVERAL),
            ]
            return [measure(setting, placements) for setting in settings]
        finally:
            postgres.close()


def measure(setting: Setting, placements: int) -> Row:
    """Ours first, and then the very same calls once more by the plain client."""
    google = RecordingGoogle()
    couples = Couples(Database.open(setting.database_url), Vault((KEY,)))
    couples.database.migrate()
    couples.connect([google.open(f"p{number}@example.org") for number in range(placements // EVENTS)])
    with served(google) as writing, working(setting.workers, environ(setting, google)) as workers:
        ours = run(couples, writing, workers)
    couples.database.close()
    threads = setting.workers * KEEPERS
    with served(google):
        plain = calls_a_second(ours.writing, urlsplit(google.url).port or 0, threads)
    speed = rate(ours.writing)
    return {
        "database": setting.name,
        "workers": setting.workers,
        "threads": threads,
        "plain calls/s": round(plain),
        "our calls/s": round(speed),
        "ratio": round(speed / plain, 2),
        "pushes/s": round(speed * placements / len(ours.writing)),
        "quiet turns/s": round(rate(ours.looking)),
        "peak MB each": round(max(one.peak_mb for one in ours.taken)),
        "CPU ms/push": round(1000 * sum(one.cpu_seconds for one in ours.taken) / placements, 1),
    }


def run(couples: Couples, google: Served, workers: Workers) -> Ours:
    wait_for(lambda: couples.unwritten() == couples.waiting() == 0)
    taken, writing = workers.taken(), google.calls()
    for _ in range(2):  # the first time they read back what they wrote themselves
        before = google.count()
        couples.wake()
        wait_for(lambda: couples.waiting() == 0)
    return Ours(writing, google.calls()[before:], taken)


def rate(calls: Sequence[Call]) -> float:
    """A second, from the first to the last."""
    return len(calls) / (calls[-1].at - calls[0].at)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + GIVEN_UP_AFTER
    while not condition():
        assert time.monotonic() < deadline, "The workers do not come to an end."
        time.sleep(0.3)


def environ(setting: Setting, google: RecordingGoogle) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": setting.database_url,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "rituals@example.org",
        "SECRET_KEYS": KEY,
        "GOOGLE_CLIENT_ID": google.client_id,
        "GOOGLE_CLIENT_SECRET": google.client_secret,
        "GOOGLE_API_ROOT": google.url,
        "GOOGLE_OAUTH_ROOT": google.url,
    }
