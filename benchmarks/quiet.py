"""`./run bench quiet`: what a worker costs with nothing to do, and how late a single prompt is on an idle machine."""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, event

from benchmarks.herd import durable_postgres
from benchmarks.planning import KEY, PROJECT
from benchmarks.sink import Sink
from benchmarks.table import Row, keep, show
from rituals.heartbeat import Heartbeat
from service import wiring
from service.database import Database
from service.settings import Settings
from service.worker import POLL, Worker
from tests.faults.couples import Couples

SECONDS = float(os.environ.get("QUIET_SECONDS", "20"))
"""How long nothing is due."""
PROMPTS = int(os.environ.get("PROMPTS", "40"))
"""Two each second, to a couple each."""
COUNTED_SECONDS = 10
WINDOW = timedelta(minutes=5)
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print a row for each database, and keep the figures in var/."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows.append({"database": "sqlite", **measure(f"sqlite:///{folder}/rituals.sqlite3", folder)})
        postgres = durable_postgres()
        rows.append({"database": "postgresql", **measure(postgres.create(), folder)})
        postgres.close()
    show(rows)
    keep("quiet", rows)


def measure(database_url: str, folder: str) -> Row:
    """One worker on an empty database: at rest, and then with one couple after the other."""
    sink = Sink()
    environ = {"DATABASE_URL": database_url, "SECRET_KEYS": KEY, "SMTP_URL": sink.url, "MAIL_FROM": "we@example.org"}
    database = Database.open(database_url)
    database.migrate()
    statements = statements_a_poll(environ, folder)
    command = [sys.executable, "-m", "service", "worker"]
    quiet = subprocess.DEVNULL
    worker = subprocess.Popen(
        command, cwd=PROJECT, env={**environ, "PATH": os.environ["PATH"]}, stdout=quiet, stderr=quiet
    )
    try:
        wait_until_it_beats(database)
        share = cpu_share(worker.pid)
        late = lateness(database, sink)
    finally:
        worker.terminate()
        worker.wait()
        sink.stop()
        database.close()
    return {
        "CPU %": round(100 * share, 2),
        "statements a poll": round(statements, 2),
        "prompts": len(late),
        "p50 ms": round(1000 * late[len(late) // 2]),
        "p99 ms": round(1000 * late[int(len(late) * 0.99)]),
        "max ms": round(1000 * late[-1]),
        "earliest ms": round(1000 * late[0]),
    }


def statements_a_poll(environ: dict[str, str], folder: str) -> float:
    """Counted in this process, of all threads of a worker that has looked around once."""
    services = wiring.build(Settings.read(environ, root=Path(folder)))
    asked: list[str] = []
    stop = threading.Event()

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")):
            asked.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", note)
    worker = threading.Thread(target=Worker(services, stop).run)
    worker.start()
    time.sleep(2)
    before = len(asked)
    time.sleep(COUNTED_SECONDS)
    counted = len(asked) - before
    stop.set()
    worker.join()
    services.database.close()
    return counted * POLL.total_seconds() / COUNTED_SECONDS


def wait_until_it_beats(database: Database) -> None:
    since = datetime.now(UTC)
    for _ in range(600):
        with database.reading() as session:
            if session.query(Heartbeat).where(Heartbeat.started_at >= since - timedelta(seconds=1)).first():
                break
        time.sleep(0.1)
    time.sleep(3)


def cpu_share(pid: int) -> float:
    """Of one core, all threads, user and system."""
    before = cpu(pid)
    time.sleep(SECONDS)
    return (cpu(pid) - before) / SECONDS


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def lateness(database: Database, sink: Sink) -> list[float]:
    """Seconds from each start until its mail had come whole; sorted."""
    due: dict[str, datetime] = {}
    couples = Couples(database)
    for number in range(PROMPTS // 2):
        prompts = couples.due(1, within=timedelta(seconds=5 + number + random.random()), window=WINDOW)
        due |= dict.fromkeys(prompts.addresses, prompts.due_at)
    sink.wait_for(len(due), within=PROMPTS + 60)
    return sorted(arrived - due[to].timestamp() for arrived, to, _ in sink.letters())


if __name__ == "__main__":
    main()
