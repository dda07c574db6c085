"""Whether a request was made on this very machine, by somebody who sits in front of it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

from service.web.visit import services

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_from_here() -> bool:
    """Not for a site elsewhere that gave itself a name for this machine.

    A program that the world knows by a name stands behind a proxy on this machine: then nobody is from here.
    """
    names = {urlsplit(services().settings.base_url).hostname, urlsplit(f"//{request.host}").hostname}
    return _is_loopback(request.remote_addr) and names <= OWN_NAMES


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
