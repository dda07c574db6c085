"""The simulated Google with many accounts, served by a process of its own: the same ids and tokens in every run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import time

from tests.simulators.google_calendar.exchange import Answer, Request
from tests.simulators.google_calendar.simulator import GoogleCalendar

ANSWER_SECONDS = 0.02
ZONE = "Europe/Madrid"
FORKS = get_context("fork")
"""What runs next serves a copy of what was made here: no run sees the events of the one before it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A calendar that somebody let us make, and what opens it."""

    address: str
    calendar: str
    tokens: dict[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came, and when, in seconds since 1970."""

    at: float
    request: Request


class RecordingGoogle(GoogleCalendar):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Call] = []
        super().__init__()
        self.set_latency(ANSWER_SECONDS)
        self.set_validation(False)

    def open(self, address: str) -> Opened:
        granted = self.grant(address)
        calendar = self.account(address).add({"summary": "Side by Side", "timeZone": ZONE}, made_by=self.client_id)
        tokens = {name: str(granted[name]) for name in ("access_token", "refresh_token")}
        return Opened(address, calendar.id, tokens)

    def _respond(self, request: Request) -> Answer:
        self.asked.append(Call(time(), request))
        return super()._respond(request)


class Served:
    """The process that serves it, to be asked what came."""

    def __init__(self, pipe: "Connection[str, object]") -> None:
        self._pipe = pipe

    def count(self) -> int:
        """How many calls there were."""
        self._pipe.send("count")
        return int(str(self._pipe.recv()))

    def calls(self) -> Sequence[Call]:
        self._pipe.send("calls")
        found = self._pipe.recv()
        return [one for one in found if isinstance(one, Call)] if isinstance(found, list) else []

    def counts(self) -> dict[str, int]:
        """By the method's id in Google's own description."""
        self._pipe.send("counts")
        found = self._pipe.recv()
        return dict(found) if isinstance(found, dict) else {}


@contextmanager
def served(google: RecordingGoogle) -> Iterator[Served]:
    ours, theirs = FORKS.Pipe()
    process = FORKS.Process(target=serve, args=(google, theirs), daemon=True)
    process.start()
    try:
        yield Served(ours)
    finally:
        process.terminate()
        process.join()


def serve(google: RecordingGoogle, pipe: "Connection[object, str]") -> None:
    google.start()
    while True:
        match pipe.recv():
            case "count":
                pipe.send(len(google.asked))
            case "calls":
                pipe.send(list(google.asked))
            case "counts":
                pipe.send(dict(google.calls))
