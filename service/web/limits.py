"""How often one client may ask for what costs a mail or a look-up."""

from ipaddress import IPv6Address, ip_address

from flask import Flask, request
from flask_limiter import Limiter

ASKING = "20 per hour"
"""Requests that send a mail."""
TRYING = "120 per hour"
"""Requests that present a secret."""
CONNECTING = "30 per hour"
"""Requests that ask a server somewhere else."""
BROWSING = "1200 per minute"
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
