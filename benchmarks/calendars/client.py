"""What it takes to have Google's own client ready: in a process that has none, and in one that has."""

import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

from benchmarks.table import VAR, Row
from integrations.calendars.google.account import Api
from integrations.calendars.google.consent import OAuthAddresses, OAuthClient
from integrations.calendars.google.provider import GoogleProvider
from integrations.http import Guard
from rituals.calendar_interfaces import Access

ROOT = "http://127.0.0.1:9"
ACCESS = Access({"access_token": "a", "refresh_token": "b"}, "c@group.calendar.google.com")
FIRST = f"""
from time import perf_counter
begun = perf_counter()
from integrations.calendars.google.account import Api
Api({ROOT!r})
print(perf_counter() - begun)
"""


def rows() -> list[Row]:
    """Milliseconds, the median of some rounds."""
    client = OAuthClient("id", "secret", OAuthAddresses.of(ROOT), Guard(allow_private=True))
    provider = GoogleProvider(client, api_root=ROOT)
    return [
        {"what": "the first Google client of a process, with loading its library", "ms": _ms(_first, rounds=5)},
        {"what": "building one more", "ms": _ms(lambda: _timed(lambda: Api(ROOT)), rounds=9)},
        {
            "what": "opening a calendar with the one there is",
            "ms": _ms(lambda: _timed(lambda: provider.open(ACCESS)), rounds=200),
        },
    ]


def _first() -> float:
    command = [sys.executable, "-c", FIRST]
    return float(subprocess.run(command, cwd=VAR.parent, check=True, capture_output=True, text=True).stdout)


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _ms(timed: Callable[[], float], *, rounds: int) -> float:
    return round(1000 * median(timed() for _ in range(rounds)), 3)
