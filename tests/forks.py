"""Processes that begin with the program loaded: most of the time of a start by its name is loading."""

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

FORKS = get_context("forkserver")
"""One process loads the program and does nothing else; every other is a fork of it, and dies with the tests."""
LOADED = ["service.cli", "service.wiring", "service.worker", "alembic.command", "psycopg"]


def fork(work: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process of its own at this work."""
    FORKS.set_forkserver_preload(LOADED)
    process = FORKS.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process
