"""The HTTP server: one thread a connection, which stays open from request to request."""

import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

from tests.simulators.google_calendar.exchange import Answer, Request
from tests.simulators.google_calendar.faults import Delivery, Fault

LARGEST_BODY = 10_000_000


class Server(ThreadingHTTPServer):
    """Answers with what `respond` gives; an answer that is delivered oddly says how."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, respond: Callable[[Request], Answer], *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.respond = respond
        self.latency = 0.0
        """Seconds that every answer takes longer."""
        self.closing = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def start(self) -> None:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self.hang_up()

    def hang_up(self) -> None:
        """End all connections that are open now."""
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are no news; whatever else goes wrong is."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        with suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = min(int(headers.get("content-length", "0") or 0), LARGEST_BODY)
        answer = self.server.respond(Request(self.command, self.path, headers, self.rfile.read(length)))
        if self.server.latency:
            self.server.closing.wait(self.server.latency)
        self._deliver(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - these are the names that it looks for

    def log_message(self, *_: object) -> None:
        """Quiet: the simulator keeps count itself."""

    def _deliver(self, answer: Answer) -> None:
        fault = answer.fault or Fault()
        raw = self._head(answer) + answer.body
        match fault.delivery:
            case Delivery.WHOLE:
                self.wfile.write(raw)
                return
            case Delivery.HALF:
                self.wfile.write(raw[: len(raw) - (len(answer.body) + 1) // 2])
            case Delivery.DRIP:
                self._drip(raw, fault.seconds)
            case Delivery.NONE:
                self.server.closing.wait(fault.seconds)
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _drip(self, raw: bytes, seconds: float) -> None:
        for index in range(len(raw)):
            if self.server.closing.wait(seconds):
                return
            self.wfile.write(raw[index : index + 1])

    def _head(self, answer: Answer) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if answer.status not in {204, 304}:
            lines.append(f"Content-Length: {len(answer.body)}")
        return "\r\n".join([*lines, f"Date: {self.date_time_string()}", "", ""]).encode("latin-1", "replace")
