"""Requests to servers that people name, one after the other, over connections that are kept while they last."""

import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from time import monotonic
from types import TracebackType
from typing import Self

from integrations.http.answer import Head, read_body, read_head
from integrations.http.deadline import Deadline
from integrations.http.guard import Guard
from integrations.http.redirects import MOST_REDIRECTS, next_target, without_credentials
from integrations.http.response import Response
from integrations.http.target import Target
from integrations.http.unpacking import OFFERED, unpacked
from integrations.http.wire import OddAnswerError, Wire
from rituals.calendar_interfaces import CalendarError, Trouble

USER_AGENT = "side-by-side/1.0"
KEPT_IDLE = 30.0
"""Seconds after which a connection is not used again: by then many servers are about to hang up."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "PUT", "DELETE"})
OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "expect"})
"""Headers that say how a request travels: set here, and dropped where a caller sets them."""
METHOD = re.compile(r"[A-Z]{1,20}")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Session:
    """Used by one thread at a time."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._idle: dict[tuple[str, str, int], tuple[Wire, float]] = {}

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        within: timedelta | None = None,
    ) -> Response:
        """The final answer, whatever its status. Raises CalendarError: UNSAFE, UNREACHABLE or ODD.

        `within` is for everything from the lookup of the name to the last byte, redirects included.
        """
        deadline = Deadline.after(within or self._guard.within)
        target, headers = self._guard.target(url), dict(headers or {})
        for _ in range(MOST_REDIRECTS + 1):
            response = self._answer(method, target, headers, body, deadline)
            towards = next_target(self._guard, method, target, response)
            if towards is None:
                return response
            headers = headers if towards.origin == target.origin else without_credentials(headers)
            target = towards
        raise CalendarError("redirected in a circle", Trouble.ODD)

    def close(self) -> None:
        for wire, _ in self._idle.values():
            wire.close()
        self._idle.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _answer(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes, deadline: Deadline
    ) -> Response:
        message = _message(method, target, headers, body)
        if not target.is_private and not self._guard.allow_private and without_credentials(headers) != headers:
            raise CalendarError("a password is not sent in clear", Trouble.UNSAFE)
        try:
            return self._exchange(method, target, message, deadline)
        except ssl.SSLCertVerificationError:
            # Its text names the host.
            raise CalendarError("the certificate is not trusted", Trouble.UNREACHABLE) from None
        except OddAnswerError as error:
            raise CalendarError(f"{method}: {error}", Trouble.ODD) from error
        except OSError as error:
            raise CalendarError(f"{method}: {_reason(error)}", Trouble.UNREACHABLE) from error

    def _exchange(self, method: str, target: Target, message: bytes, deadline: Deadline) -> Response:
        kept = self._kept(target, deadline)
        if kept is not None:
            try:
                return self._exchange_over(kept, method, target, message)
            except OSError as error:
                # It hung up just when we began to speak, as servers do with old connections.
                if kept.has_answered or method not in REPEATABLE or isinstance(error, TimeoutError):
                    raise
        return self._exchange_over(self._guard.connect(target, deadline), method, target, message)

    def _exchange_over(self, wire: Wire, method: str, target: Target, message: bytes) -> Response:
        is_reusable = False
        try:
            wire.send(message)
            head = read_head(wire)
            body = unpacked(
                read_body(wire, head, method), head.headers.pop("content-encoding", ""), largest=self._guard.largest
            )
            is_reusable = head.keeps_alive and not _ends_with_connection(head, method)
            return Response(head.status, head.headers, body, target.url)
        finally:
            if is_reusable:
                self._idle[target.origin] = (wire, monotonic())
            else:
                wire.close()

    def _kept(self, target: Target, deadline: Deadline) -> Wire | None:
        wire, since = self._idle.pop(target.origin, (None, 0.0))
        if wire is None:
            return None
        if monotonic() - since > KEPT_IDLE or not wire.is_quiet():
            wire.close()
            return None
        wire.deadline = deadline
        return wire


def _message(method: str, target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    if METHOD.fullmatch(method) is None:
        raise CalendarError("no method of HTTP", Trouble.ODD)
    given = {name: value for name, value in headers.items() if name.lower() not in OURS}
    sent = {"Host": target.authority, "Accept-Encoding": OFFERED, **given}
    if not any(name.lower() == "user-agent" for name in sent):
        sent["User-Agent"] = USER_AGENT
    if body or method in {"PUT", "POST", "PATCH"}:
        sent["Content-Length"] = str(len(body))
    if any(HEADER_NAME.fullmatch(name) is None or HEADER_VALUE.fullmatch(sent[name]) is None for name in sent):
        raise CalendarError("a header that cannot be sent", Trouble.ODD)
    lines = [f"{method} {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _ends_with_connection(head: Head, method: str) -> bool:
    return head.ends_with_connection and method != "HEAD" and head.status not in {204, 304}


def _reason(error: OSError) -> str:
    """In our own words: the system's may name the host."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        return "no encryption that both sides know"
    return "the connection broke" if isinstance(error, ConnectionError) else "no connection"
