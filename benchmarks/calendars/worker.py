"""Worker processes, and what they took of the machine."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Taken:
    """By one process so far."""

    peak_mb: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Workers:
    """What `./run worker` starts, so many times."""

    processes: list["subprocess.Popen[bytes]"]

    def taken(self) -> list[Taken]:
        return [_taken(Path(f"/proc/{process.pid}")) for process in self.processes]


@contextmanager
def working(count: int, environ: Mapping[str, str]) -> Iterator[Workers]:
    command = [sys.executable, "-m", "service", "worker"]
    quiet = subprocess.DEVNULL
    processes = [
        subprocess.Popen(command, cwd=PROJECT, env=dict(environ), stdout=quiet, stderr=quiet) for _ in range(count)
    ]
    try:
        yield Workers(processes)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _taken(process: Path) -> Taken:
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    user, system = (process / "stat").read_text().rpartition(") ")[2].split()[11:13]
    return Taken(int(status["VmHWM"].split()[0]) / 1024, (int(user) + int(system)) / TICKS)
