"""Real worker processes, to be killed, stopped and woken."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

PROJECT = Path(__file__).resolve().parents[2]
READY = "The worker is at work."


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """`python -m service worker`, with what it says in a file."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @classmethod
    def start(cls, environ: Mapping[str, str], log: Path) -> "WorkerProcess":
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "service", "worker"],
                cwd=PROJECT,
                env={"PATH": os.environ["PATH"], **environ},
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        return cls(process, log)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        eventually(lambda: READY in self.said(), what="the worker is at work")

    def kill(self) -> None:
        """kill -9: back when it is dead."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """SIGSTOP: back when it stands still."""
        os.kill(self.process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def wake(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        self.process.terminate()

    def wait(self, timeout: float = 30) -> int:
        """Its exit status."""
        return self.process.wait(timeout)

    def is_running(self) -> bool:
        return self.process.poll() is None

    def limit_files(self, size: int) -> None:
        """No file of its can be written beyond this size any more, as on a full disk; -1: as large as it likes."""
        _, most = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, most))


def eventually(condition: Callable[[], bool], *, what: str, timeout: float = 40) -> None:
    """Wait for what no event tells of: a row, a line in a log."""
    never, deadline = Event(), monotonic() + timeout
    while not condition():
        assert monotonic() < deadline, f"never: {what}"
        never.wait(0.02)
