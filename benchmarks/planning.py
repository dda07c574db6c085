"""One worker's planning, in a process of its own: how long it takes, and how much memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.crowd import NOW
from rituals.delivery import Delivery
from rituals.occurrence import Occurrence
from service import wiring
from service.jobs.upkeep import extend_horizons
from service.services import Services
from service.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
KEY = "a-key-that-is-only-good-for-benches-0123456789"


def services_for(database_url: str) -> Services:
    """The program's parts on such a database, by a clock that stands still."""
    settings = Settings.read({"DATABASE_URL": database_url, "SECRET_KEYS": KEY}, root=Path(tempfile.gettempdir()))
    return replace(wiring.build(settings), clock=lambda: NOW)


@dataclass(frozen=True, slots=True)
class Planned:
    """What one process did, and the most memory it had, in megabytes."""

    plans: int
    rows: int
    seconds: float
    before: float
    peak: float


def plan_all(database_url: str) -> Planned:
    """Extend whatever is short, in another process."""
    command = [sys.executable, "-m", "benchmarks.planning", database_url]
    done = subprocess.run(command, cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=True)
    return Planned(**json.loads(done.stdout.splitlines()[-1]))


def main(database_url: str) -> None:
    services = services_for(database_url)
    before, there = _memory(), _rows(services)
    plans, begun = 0, time.perf_counter()
    while some := extend_horizons(services):
        plans += some
    seconds, peak = time.perf_counter() - begun, _memory()
    print(json.dumps(asdict(Planned(plans, _rows(services) - there, seconds, before, peak))))


def _rows(services: Services) -> int:
    with services.database.reading() as session:
        return sum(session.scalar(select(func.count(kind.id))) or 0 for kind in (Occurrence, Delivery))


def _memory() -> float:
    """The most so far, in megabytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1])
