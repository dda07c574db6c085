"""Real CalDAV servers, each a process of its own on loopback."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 30.0
RADICALE = """
[server]
hosts = 127.0.0.1:{port}
[auth]
delay = 0
type = none
[storage]
filesystem_folder = {folder}
[rights]
type = owner_only
[web]
type = none
[logging]
level = error
"""


@contextmanager
def radicale(folder: Path) -> Iterator[str]:
    """Takes every name and password; each user has an own home. Yields its address."""
    port = _free_port()
    settings = folder / "radicale.conf"
    settings.write_text(RADICALE.format(port=port, folder=folder / "radicale"))
    with _running([sys.executable, "-m", "radicale", "--config", str(settings)], port, folder) as url:
        yield url


@contextmanager
def xandikos(folder: Path) -> Iterator[str]:
    """Asks nobody's name; there is one user. Yields its address."""
    port = _free_port()
    options = ["-d", str(folder / "xandikos"), "--defaults", "--current-user-principal", "/anna/"]
    command = [sys.executable, "-m", "xandikos", "serve", *options, "-l", "127.0.0.1", "-p", str(port)]
    with _running([*command, "--state-dir", str(folder), "--no-detect-systemd"], port, folder) as url:
        yield url


@contextmanager
def _running(command: list[str], port: int, folder: Path) -> Iterator[str]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the CalDAV server did not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
