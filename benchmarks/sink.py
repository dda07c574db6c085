"""A light mail server in a process of its own: it takes everything, and remembers when each mail came."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LOOK = 0.02
"""Seconds between two questions how many have come."""


class Sink:
    """Where benches send to. `delay` is the network time, in seconds, before each answer leaves."""

    def __init__(self, *, delay: float = 0.0, pipelining: bool = True, keeping: bool = False) -> None:
        """`keeping`: each mail is in a file before it is answered, as real servers do it; else it is forgotten."""
        self._folder = tempfile.TemporaryDirectory() if keeping else None
        command = [sys.executable, "-m", "benchmarks.sink_server", str(delay), str(int(pipelining))]
        command += [self._folder.name] if self._folder else []
        self._process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.port = int(self._ask("port"))

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def count(self) -> int:
        """How many mails have come."""
        return int(self._ask("count"))

    def letters(self) -> list[tuple[float, str, str]]:
        """In order: when each mail had come whole, in seconds since 1970, its recipient and its Message-ID."""
        return [(float(moment), str(to), str(name)) for moment, to, name in json.loads(self._ask("letters"))]

    def arrivals(self) -> list[tuple[float, str]]:
        """In order: when each mail had come whole, in seconds since 1970, and its Message-ID."""
        return [(moment, name) for moment, _, name in self.letters()]

    def cpu(self) -> float:
        """Seconds of processor time that the server has used."""
        return float(self._ask("cpu"))

    def wait_for(self, count: int, *, within: float = 600.0) -> bool:
        """Wait until so many mails have come; False if they did not come in time."""
        give_up = time.monotonic() + within
        while self.count() < count:
            if time.monotonic() >= give_up:
                return False
            time.sleep(LOOK)
        return True

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()
        if self._folder:
            self._folder.cleanup()

    def _ask(self, question: str) -> str:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The sink was started without pipes.")
        self._process.stdin.write(f"{question}\n")
        return self._process.stdout.readline()
