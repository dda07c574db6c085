"""More and more workers at one herd, through relays some network away: until the relays are the limit."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.herd import PROJECT, environment
from benchmarks.herd_rows import gather
from benchmarks.sink import Sink
from benchmarks.table import Row, keep, show
from service.database import Database
from tests.postgres import Postgres

WORKERS = (1, 2, 4, 8)
DELAYS = (0.02, 0.1)
"""Seconds of network time a round trip."""
RELAYS = 2
CONNECTIONS = 4
"""To each relay, from each worker."""
ROUND_TRIPS = 1
"""A mail: the next envelope travels with the final dot."""
SECONDS = 2.5
"""How long one herd should take where the relays are the limit."""
MOST = int(os.environ.get("PROMPTS", "4000"))
COMPOSED_A_SECOND = 800


def measure(postgres: Postgres, workers: int, delay: float) -> Row:
    """One herd, so large that the relays would need some seconds for it."""
    limit = workers * RELAYS * CONNECTIONS / (delay * ROUND_TRIPS)
    prompts = min(MOST, int(limit * SECONDS)) // 2 * 2
    sinks = [Sink(delay=delay) for _ in range(RELAYS)]
    try:
        late, shares = run(postgres.create(), sinks, workers, prompts)
    finally:
        for sink in sinks:
            sink.stop()
    tenth = len(late) // 10
    steady = (len(late) - 2 * tenth) / (late[-tenth - 1] - late[tenth])
    return {
        "network ms": round(delay * 1000),
        "workers": workers,
        "connections": workers * RELAYS * CONNECTIONS,
        "prompts": prompts,
        "a second": round(steady),
        "relays' limit": round(limit),
        "of limit": round(steady / limit, 2),
        "earliest s": round(late[0], 3),
        "p50 s": round(late[len(late) // 2], 2),
        "p99 s": round(late[int(len(late) * 0.99)], 2),
        "least of a relay": round(min(shares) * RELAYS / prompts, 2),
    }


def run(database_url: str, sinks: Sequence[Sink], workers: int, prompts: int) -> tuple[list[float], list[int]]:
    """How late each prompt was, in seconds and in order; and how many each relay got."""
    database = Database.open(database_url)
    database.migrate()
    ahead = timedelta(seconds=5 + workers + prompts / COMPOSED_A_SECOND)
    due_at = datetime.now(UTC) + ahead
    gather(database, prompts, due_at)
    database.close()
    smtp_url = ",".join(f"{sink.url}?connections={CONNECTIONS}" for sink in sinks)
    command = [sys.executable, "-m", "service", "worker"]
    quiet, environ = subprocess.DEVNULL, environment(database_url, smtp_url)
    processes = [
        subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=quiet, stderr=quiet) for _ in range(workers)
    ]
    try:
        time.sleep(ahead.total_seconds())
        wait_for(sinks, prompts)
        letters = [sink.letters() for sink in sinks]
        late = sorted(moment - due_at.timestamp() for those in letters for moment, _, _ in those)
        return late, [len(those) for those in letters]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def wait_for(sinks: Sequence[Sink], prompts: int) -> None:
    give_up = time.monotonic() + 60
    while sum(sink.count() for sink in sinks) < prompts and time.monotonic() < give_up:
        time.sleep(0.05)


def main() -> None:
    """One table for each network time, and the figures in var/."""
    postgres = Postgres.start(f"bench-{os.getpid()}")
    try:
        rows = [measure(postgres, workers, delay) for delay in DELAYS for workers in WORKERS]
    finally:
        postgres.close()
    show(rows)
    keep("workers", rows)
