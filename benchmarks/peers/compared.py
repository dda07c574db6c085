"""`./run bench peers`: the same small mails by Celery, Procrastinate and Huey, beside our table and plain smtplib."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import herd
from benchmarks.sink import Sink
from benchmarks.table import Row, keep, show
from tests.postgres import Postgres

PYTHON = os.environ.get("PEERS_PYTHON", sys.executable)
"""An interpreter that has the peers' packages: they are none of ours."""
REDIS = os.environ.get("REDIS_SERVER") or shutil.which("redis-server")
PROMPTS = int(os.environ.get("PROMPTS", "1000"))
DEFERRED_A_SECOND = 200
STARTING = 8.0
"""Seconds for workers to start."""
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    module: str
    packages: tuple[str, ...]

    def lacks(self) -> str:
        """What is to be installed before it can run here; empty if all is there."""
        asked = [PYTHON, "-c", f"import {', '.join(self.packages)}"]
        if subprocess.run(asked, capture_output=True, check=False).returncode:
            return f"{PYTHON} -m pip install {' '.join(self.packages)}, or PEERS_PYTHON=… that has them"
        if "redis" in self.packages and not REDIS:
            return "apt install redis-server, or REDIS_SERVER=…"
        return ""


CELERY = Peer("Celery + Redis, eta tasks, 4 processes", "celery", ("celery", "redis"))
PROCRASTINATE = Peer("Procrastinate on PostgreSQL, concurrency 4", "procrastinate", ("procrastinate", "psycopg"))
HUEY = Peer("Huey on SQLite, 4 threads", "huey", ("huey",))


def main() -> None:
    """Print a table of those that are there, and say loudly who is missing."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        contents = herd.samples(folder)
        Path(folder, "contents").write_text(json.dumps([content.decode("latin-1") for content in contents]))
        postgres = herd.durable_postgres()
        rows.append(_row("plain smtplib, 4 connections", _raw(contents)))
        rows.append(_row("our table on SQLite, one worker", _ours(f"sqlite:///{folder}/ours.sqlite3", 1)))
        rows.append(_row("our table on PostgreSQL, two workers", _ours(postgres.create(), 2)))
        for peer in (CELERY, PROCRASTINATE, HUEY):
            if lack := peer.lacks():
                print(f"*** {peer.name}: NOT MEASURED. {lack}")
            else:
                with _surroundings(folder, postgres) as environ:
                    rows.append(_row(peer.name, _measure(peer, environ)))
        postgres.close()
    limit = float(rows[0]["a second"])
    for row in rows:
        row["of smtplib"] = round(float(row["a second"]) / limit, 2)
    show(rows)
    keep("peers", rows)


def _row(name: str, late: list[float]) -> Row:
    return {
        "who": name,
        "mails": len(late),
        "a second": round(len(late) / late[-1]),
        "first s": round(late[0], 2),
        "p50 s": round(late[len(late) // 2], 2),
        "last s": round(late[-1], 2),
    }


def _raw(contents: list[bytes]) -> list[float]:
    with _sink() as sink:
        begun = time.time()
        herd.raw(sink, contents, PROMPTS)
        return sorted(moment - begun for moment, _ in sink.arrivals())


def _ours(database_url: str, workers: int) -> list[float]:
    """The whole way: checked again, recorded before and after, its draft taken away."""
    with _sink() as sink:
        return herd.ours(sink, database_url, workers, PROMPTS).late


def _measure(peer: Peer, environ: dict[str, str]) -> list[float]:
    """Seconds after the moment for which all were deferred."""
    with _sink() as sink:
        due_at = time.time() + STARTING + PROMPTS / DEFERRED_A_SECOND
        given = environ | {"SMTP_PORT": str(sink.port), "PROMPTS": str(PROMPTS), "DUE_AT": str(due_at)}
        command = [PYTHON, "-m", f"benchmarks.peers.with_{peer.module}"]
        subprocess.run([*command, "defer"], cwd=herd.PROJECT, env=given, check=True)
        with _running([*command, "work"], given):
            sink.wait_for(PROMPTS, within=due_at - time.time() + PATIENCE)
        return sorted(moment - due_at for moment, _ in sink.arrivals())


@contextmanager
def _surroundings(folder: str, postgres: Postgres) -> Iterator[dict[str, str]]:
    """What they may need: a Redis that writes down what it is told, a database, a file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = dict(os.environ) | {
        "CONTENTS": f"{folder}/contents",
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "POSTGRES_URL": postgres.create().replace("postgresql+psycopg:", "postgresql:"),
        "HUEY_FILE": f"{folder}/huey.sqlite3",
    }
    redis = [REDIS or "", "--port", str(port), "--appendonly", "yes", "--save", "", "--dir", folder]
    with _running(redis, environ) if REDIS else _nothing():
        time.sleep(0.5)
        yield environ


@contextmanager
def _running(command: list[str], environ: dict[str, str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=herd.PROJECT, env=environ, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _sink() -> Iterator[Sink]:
    sink = Sink()
    try:
        yield sink
    finally:
        sink.stop()
