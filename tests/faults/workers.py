"""Real worker processes, to be killed, stopped and woken."""

import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from time import monotonic

from tests.forks import fork

PROJECT = Path(__file__).resolve().parents[2]
READY = "The worker is at work."


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """What `python -m service worker` does, with what it says in a file."""

    process: BaseProcess
    log: Path

    @classmethod
    def start(cls, environ: Mapping[str, str], log: Path) -> "WorkerProcess":
        log.write_bytes(b"")
        return cls(fork(work, environ, log), log)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        eventually(lambda: READY in self.said(), what="the worker is at work")

    def kill(self) -> None:
        """kill -9: back when it is dead."""
        self.process.kill()
        self.process.join(10)

    def stop(self) -> None:
        """SIGSTOP: back when it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        eventually(self._stands_still, what="the worker stands still")

    def wake(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        self.process.terminate()

    def wait(self, timeout: float = 30) -> int | None:
        """Its exit status; None if it has not ended by then."""
        self.process.join(timeout)
        return self.process.exitcode

    def is_running(self) -> bool:
        return self.process.exitcode is None

    def limit_files(self, size: int) -> None:
        """No file of its can be written beyond this size any more, as on a full disk; -1: as large as it likes."""
        _, most = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, most))

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def _stands_still(self) -> bool:
        threads = Path(f"/proc/{self.pid}/task").glob("*/stat")
        return all(thread.read_text().rpartition(") ")[2].startswith("T") for thread in threads)


def work(environ: Mapping[str, str], log: Path) -> None:
    """In the new process: become the program, as if it had been started by its name."""
    from service.cli import main

    with log.open("wb") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    os.chdir(PROJECT)
    os.environ.clear()
    os.environ.update(environ)
    sys.exit(main(["worker"]))


def eventually(condition: Callable[[], bool], *, what: str, timeout: float = 40) -> None:
    """Wait for what no event tells of: a row, a line in a log."""
    never, deadline = Event(), monotonic() + timeout
    while not condition():
        assert monotonic() < deadline, f"never: {what}"
        never.wait(0.02)
