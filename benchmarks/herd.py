"""Many prompts due at one moment: how fast they reach the mail server, beside raw SMTP in the same run."""

import json
import os
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue

from service.database import Database
from tests.faults.couples import Couples
from tests.postgres import Postgres
from tests.simulators.mail_server import MailServer

PROMPTS = 2000
CONNECTIONS = 4
ROUNDS = 2
AHEAD = timedelta(seconds=25)
"""Time to start the workers and to compose before the moment comes."""
WINDOW = timedelta(minutes=15)
PROJECT = Path(__file__).resolve().parent.parent
CONTENT = "Subject: Weekly check-in\r\n\r\n" + ("How are you, really? " * 3 + "\r\n") * 110


class Sink:
    """A mail server in a process of its own."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        self.port = int(str(self._ours.recv()))

    def arrivals(self) -> list[float]:
        """When each mail was accepted, in seconds since 1970."""
        self._ours.send("arrivals")
        found = self._ours.recv()
        return [float(moment) for moment in found]

    def wait_for(self, count: int) -> list[float]:
        while len(found := self.arrivals()) < count:
            time.sleep(0.2)
        return found

    def stop(self) -> None:
        self._process.terminate()


def serve(pipe: "Connection[object, bool]") -> None:
    with MailServer() as server:
        pipe.send(server.port)
        while pipe.recv():
            pipe.send([one.at.timestamp() for one in server.messages])


def raw(port: int) -> float:
    """Mails a second that plain smtplib hands over, on as many connections."""
    numbers: SimpleQueue[int] = SimpleQueue()
    for number in range(PROMPTS):
        numbers.put(number)

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            while True:
                try:
                    number = numbers.get_nowait()
                except Empty:
                    return
                connection.sendmail("rituals@example.org", [f"p{number}@example.org"], CONTENT)

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return PROMPTS / (time.perf_counter() - begun)


def ours(sink: Sink, database_url: str, workers: int) -> list[float]:
    """How late each prompt was, in seconds, with so many worker processes."""
    database = Database.open(database_url)
    database.migrate()
    herd = Couples(database).due(PROMPTS // 2, within=AHEAD, window=WINDOW)
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "SMTP_URL": f"smtp://127.0.0.1:{sink.port}?connections={CONNECTIONS}",
        "MAIL_FROM": "rituals@example.org",
        "SECRET_KEYS": "a-key-that-is-only-good-for-benches-0123456789",
    }
    command = [sys.executable, "-m", "service", "worker"]
    quiet = subprocess.DEVNULL
    processes = [
        subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=quiet, stderr=quiet) for _ in range(workers)
    ]
    try:
        return sorted(arrival - herd.due_at.timestamp() for arrival in sink.wait_for(PROMPTS))
    finally:
        for process in processes:
            process.terminate()


def measure(name: str, database_url: str, workers: int) -> dict[str, str | int | float]:
    """One round: raw first, then ours, each against a fresh server."""
    sink = Sink()
    limit = raw(sink.port)
    sink.stop()
    sink = Sink()
    late = ours(sink, database_url, workers)
    sink.stop()
    rate = PROMPTS / late[-1]
    return {
        "database": name,
        "workers": workers,
        "raw a second": round(limit),
        "ours a second": round(rate),
        "ratio": round(rate / limit, 2),
        "earliest s": round(late[0], 3),
        "p50 s": round(late[len(late) // 2], 2),
        "p99 s": round(late[int(len(late) * 0.99)], 2),
    }


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
        postgres = durable_postgres()
        for number in range(ROUNDS):
            rows.append(measure("sqlite", f"sqlite:///{folder}/{number}.sqlite3", 1))
            rows.append(measure("postgresql", postgres.create(), 2))
        postgres.close()
    print("  ".join(rows[0]))
    for row in rows:
        print("  ".join(str(value).rjust(len(key)) for key, value in row.items()))
    target = PROJECT / "var" / "bench-herd.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, indent=1))
