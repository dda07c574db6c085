"""The last defence of the logs: what looks like an address, a secret or a client is taken out."""

import re
from functools import lru_cache
from ipaddress import ip_address

ADDRESS = re.compile(r"[^\s@<>\"'(\[,;=]+@[^\s@<>\"')\],;]+")
SECRET = re.compile(r"(?=[A-Za-z0-9_-]*[A-Z0-9])[A-Za-z0-9_-]{32,}")
DETAIL = re.compile(r"DETAIL:.*?(?=\n\n|\n\[|\Z)", re.DOTALL)
"""Where PostgreSQL quotes the row that broke a constraint."""
QUERY = re.compile(r"(?<=[\w/.-])\?[^\s\"']+")
NUMBERS = re.compile(r"(?<![\w:.])[0-9a-fA-F:.]{3,60}(?!\w)")


@lru_cache(maxsize=256)
def redact(text: str) -> str:
    """The text without mail addresses, long secrets and rows of the database."""
    return SECRET.sub("[secret]", ADDRESS.sub("[address]", DETAIL.sub("DETAIL: [row]", text)))


def redact_foreign(text: str) -> str:
    """The same for what libraries say, who also quote clients and whole requests."""
    return NUMBERS.sub(without_client, QUERY.sub("?[query]", redact(text)))


def without_client(found: re.Match[str]) -> str:
    numbers = found.group().rstrip(":.")
    rest = found.group()[len(numbers) :]
    host, _, port = numbers.rpartition(":")
    if is_client(numbers):
        return f"[client]{rest}"
    return f"[client]:{port}{rest}" if is_client(host) else found.group()


def is_client(numbers: str) -> bool:
    try:
        address = ip_address(numbers)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)  # those are this machine
