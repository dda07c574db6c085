"""Many prompts due at one moment: how fast they reach the mail server, beside plain smtplib in the same run."""

import os
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlalchemy import func, select

from benchmarks.herd_rows import gather
from benchmarks.sink import Sink
from benchmarks.table import Row, keep, show
from rituals.delivery import Delivery
from rituals.outbox import Draft
from service.database import Database
from service.emails.desk import Desk
from service.jobs.claims import claim
from service.jobs.prompts import compose_ahead
from service.settings import Settings
from service.wiring import build
from tests.postgres import Postgres

PROMPTS = int(os.environ.get("PROMPTS", "20000"))
ROUNDS = int(os.environ.get("ROUNDS", "1"))
CONNECTIONS = 4
SAMPLES = 100
WARMING = timedelta(seconds=8)
"""Time to start the workers; then come the seconds that composing may take."""
COMPOSED_A_SECOND = int(os.environ.get("COMPOSED_A_SECOND", "450"))
PROJECT = Path(__file__).resolve().parent.parent
SENDER = "rituals@example.org"
KEYS = "a-key-that-is-only-good-for-benches-0123456789"


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one herd, in seconds after its moment."""

    late: list[float]
    ready: int
    """Prompts that lay composed when the moment came."""
    twice: int
    memory: float
    """Megabytes that the largest worker had at its peak."""

    def at(self, share: float) -> float:
        return self.late[min(len(self.late) - 1, int(len(self.late) * share))]


def environment(database_url: str, smtp_url: str) -> dict[str, str]:
    given = {"PATH": os.environ["PATH"], "DATABASE_URL": database_url, "SMTP_URL": smtp_url}
    return given | {"MAIL_FROM": f"Side by Side <{SENDER}>", "SECRET_KEYS": KEYS}


def samples(folder: str) -> list[bytes]:
    """Some prompts as the service really writes them."""
    settings = Settings.read(environment(f"sqlite:///{folder}/samples.sqlite3", "smtp://127.0.0.1"), root=PROJECT)
    services = build(settings)
    services.database.migrate()
    gather(services.database, SAMPLES, datetime.now(UTC))
    desk = Desk.set_up(settings.mail_from, services.links, services.catalogue)
    while compose_ahead(services, desk, limit=SAMPLES):
        pass
    return [parcel.envelope.content for parcel in claim(services, desk, Delivery, limit=SAMPLES)]


def raw(sink: Sink, contents: list[bytes], prompts: int = PROMPTS) -> float:
    """Seconds that plain smtplib needs for as many of the same messages."""
    numbers: SimpleQueue[int] = SimpleQueue()
    for number in range(prompts):
        numbers.put(number)

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", sink.port) as connection:
            while True:
                try:
                    number = numbers.get_nowait()
                except Empty:
                    return
                connection.sendmail(SENDER, [f"p{number}@example.org"], contents[number % len(contents)])

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def ours(sink: Sink, database_url: str, workers: int, prompts: int = PROMPTS) -> Run:
    """The whole way, with so many worker processes that share the connections."""
    database = Database.open(database_url)
    database.migrate()
    due_at = datetime.now(UTC) + WARMING + timedelta(seconds=prompts / COMPOSED_A_SECOND)
    gather(database, prompts, due_at)
    smtp_url = f"smtp://127.0.0.1:{sink.port}?connections={CONNECTIONS // workers}"
    environ = environment(database_url, smtp_url)
    command = [sys.executable, "-m", "service", "worker"]
    quiet = subprocess.DEVNULL
    processes = [
        subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=quiet, stderr=quiet) for _ in range(workers)
    ]
    try:
        time.sleep(max(0.0, (due_at - datetime.now(UTC)).total_seconds() - 0.2))
        with database.reading() as session:
            ready = session.scalar(select(func.count()).select_from(Draft)) or 0
        sink.wait_for(prompts, within=60)
        memory = max(peak(process.pid) for process in processes)
        letters = sink.letters()
        late = sorted(moment - due_at.timestamp() for moment, _, _ in letters)
        return Run(late, ready, len(letters) - len({name for _, _, name in letters}), memory)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
        database.close()


def peak(pid: int) -> float:
    """Megabytes; the kernel keeps the highest."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def measure(name: str, database_url: str, workers: int, contents: list[bytes]) -> tuple[Row, Run, float]:
    """One round: raw first, then ours, each against a fresh server."""
    sink = Sink()
    limit = raw(sink, contents)
    sink.stop()
    sink = Sink()
    run = ours(sink, database_url, workers)
    sink.stop()
    row: Row = {
        "database": name,
        "workers": workers,
        "prompts": PROMPTS,
        "ready before": run.ready,
        "raw a second": round(PROMPTS / limit),
        "ours a second": round(len(run.late) / run.late[-1]),
        "ratio": round(limit / run.late[-1], 2),
        "earliest s": round(run.late[0], 3),
        "p50 of raw": round(run.at(0.5) / limit, 2),
        "p99 of raw": round(run.at(0.99) / limit, 2),
        "twice": run.twice,
        "peak MB": round(run.memory),
    }
    return row, run, limit


def durable_postgres() -> Postgres:
    """The tests' PostgreSQL with waiting for the disk switched on again."""
    postgres = Postgres.start(f"bench-{os.getpid()}")
    for setting in ("fsync", "full_page_writes"):
        postgres.execute(f"ALTER SYSTEM SET {setting} = on")
    postgres.execute("SELECT pg_reload_conf()")
    return postgres


def main() -> None:
    """Alternate raw and ours on each database, print a table, and keep the figures in var/."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        contents = samples(folder)
        postgres = durable_postgres()
        for number in range(ROUNDS):
            for name, url, workers in (
                ("sqlite", f"sqlite:///{folder}/{number}.sqlite3", 1),
                ("postgresql", postgres.create(), 2),
            ):
                row, _, _ = measure(name, url, workers, contents)
                rows.append(row)
        postgres.close()
    show(rows)
    keep("herd", rows)
