"""The plain HTTP client on the same calls: what the network and the other side take, and nothing else."""

import time
from collections.abc import Iterable, Sequence
from http.client import HTTPConnection
from itertools import groupby
from queue import Empty, SimpleQueue
from threading import Thread

from benchmarks.calendars.google import Call
from tests.simulators.google_calendar.exchange import Request


def calls_a_second(calls: Iterable[Call], port: int, threads: int) -> float:
    """On so many connections that stay open; the calls to one calendar one after the other, as they must be."""
    chains: SimpleQueue[Sequence[Request]] = SimpleQueue()
    requests = [call.request for call in calls]
    for _, chain in groupby(sorted(requests, key=_who), key=_who):
        chains.put(list(chain))
    working = [Thread(target=_work, args=(chains, port)) for _ in range(threads)]
    begun = time.perf_counter()
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    return len(requests) / (time.perf_counter() - begun)


def _who(request: Request) -> str:
    """Every calendar here has a token of its own."""
    return request.headers["authorization"]


def _work(chains: "SimpleQueue[Sequence[Request]]", port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    while True:
        try:
            chain = chains.get_nowait()
        except Empty:
            connection.close()
            return
        for request in chain:
            connection.request(request.method, request.target, request.body, dict(request.headers))
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
