"""One process's life: the web server, the worker or both, until a signal asks them to stop."""

import errno
import gc
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn
from wsgiref.types import WSGIApplication

from service import logs

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer, MultiSocketServer

Work = Callable[[threading.Event], None]
"""Works until the event is set, then finishes what it has in hand and returns."""

THREADS = 8
LARGEST_BODY = 4 * 1024 * 1024
"""The pages themselves refuse much less, kindly; this only keeps memory flat."""
LAST_MAIL_SECONDS = 24.0
"""How long the worker may take to finish; hosts kill 30 seconds after asking."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class PortTakenError(Exception):
    """Another program listens where this one should, or the system keeps the port to itself."""


def listen(port: int, *, everywhere: bool) -> list[socket.socket]:
    """Take the port, for this machine alone or for every network. Raises PortTakenError."""
    hosts = ("0.0.0.0", "::") if everywhere else ("127.0.0.1", "::1")  # noqa: S104
    taken = [bind(family, host, port) for family, host in zip((socket.AF_INET, socket.AF_INET6), hosts, strict=True)]
    return [one for one in taken if one is not None]


def serve(app: WSGIApplication, sockets: Sequence[socket.socket], ready: Callable[[], None], work: Work | None) -> None:
    """Answer requests, and work beside it, until SIGTERM or Ctrl-C. Call it in the main thread.

    `ready` is called once somebody can come in. Raises PortTakenError.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, leave)
    server = open_doors(app, sockets)
    beside = Beside(work) if work else None
    with suppress(SystemExit):  # by which `leave` ends whatever runs here
        gc.enable()
        ready()
        if beside:
            beside.start()
        server.run()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if beside:
        beside.finish()


def open_doors(app: WSGIApplication, sockets: Sequence[socket.socket]) -> "MultiSocketServer | BaseWSGIServer":
    from waitress.server import create_server  # a worker alone opens no doors

    try:
        # Which proxy to believe is decided by the application, which therefore must see their headers.
        return create_server(
            app,
            sockets=list(sockets),
            threads=THREADS,
            ident=None,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        # Two programs may hold a port; only one may listen on it.
        raise PortTakenError(f"The port is taken: {error.strerror}.") from error


def work_alone(work: Work, ready: Callable[[], None]) -> None:
    """Work until SIGTERM or Ctrl-C, and finish what is in hand. Call it in the main thread.

    `ready` is called once it can be asked to leave.
    """
    # Blocked, they wait to be asked for; the thread that works is never interrupted.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    gc.enable()
    beside = Beside(work)
    ready()
    beside.start()
    signal.sigwait(STOP_SIGNALS)
    beside.finish()


class Beside:
    """Work in a thread of its own. Should it ever end in an error, it takes the process down with it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Ask it to end, and wait a while. Raises what it ended with."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(LAST_MAIL_SECONDS)
        if self._thread.is_alive():
            logs.event("worker.abandoned", seconds=LAST_MAIL_SECONDS)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._work(self._stop)
        except BaseException as error:  # it is raised again in the main thread
            self._error = error
            logs.failure("worker.died", error)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def bind(family: int, host: str, port: int) -> socket.socket | None:
    """A socket on this address; None where the machine does not speak this family."""
    try:
        taken = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTakenError(f"Port {port}: {os.strerror(error.errno).lower()}.") from error
        return None
    return taken


def leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
