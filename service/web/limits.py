"""How often one client may ask for what costs a mail or a look-up."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

ASKING = "20 per hour"
"""Requests that send a mail."""
TRYING = "120 per hour"
"""Requests that present a secret."""
BROWSING = "1200 per minute"

limiter = Limiter(get_remote_address, default_limits=[BROWSING], storage_uri="memory://", headers_enabled=False)
"""Counts in this process's memory: no client address is ever stored."""


def limit(app: Flask) -> None:
    limiter.init_app(app)
