"""How often one client may ask for what costs a mail or a look-up."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from threading import BoundedSemaphore

from flask import Flask, request
from flask_limiter import Limiter

from rituals.calendar_interfaces import CalendarError, Trouble

ASKING = "20 per hour"
"""Requests that send a mail."""
TRYING = "120 per hour"
"""Requests that present a secret."""
CONNECTING = "30 per hour"
"""Requests that ask a server somewhere else."""
BROWSING = "1200 per minute"
AT_ONCE = 3
"""So many requests wait for servers that people name; the other threads are for the pages."""
HOUSEHOLD = 64
"""Bits of an IPv6 address that one connection is given whole: it may ask from any address in it."""


def client() -> str:
    """Who counts as one: an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "nobody"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or int(address) >> (128 - HOUSEHOLD))


limiter = Limiter(client, default_limits=[BROWSING], storage_uri="memory://", headers_enabled=False)
"""Counts in this process's memory: no client address is ever stored."""


def limit(app: Flask) -> None:
    limiter.init_app(app)


_waiting = BoundedSemaphore(AT_ONCE)


@contextmanager
def one_of_few() -> Iterator[None]:
    """Raises CalendarError where enough wait already: a slow server may be slow on purpose."""
    if not _waiting.acquire(blocking=False):
        raise CalendarError("Too many ask elsewhere.", Trouble.BUSY)
    try:
        yield
    finally:
        _waiting.release()
