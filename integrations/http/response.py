"""What a server answered."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """The last answer, after redirects, with its body unpacked."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name; several of one name are joined by a comma."""
    body: bytes
    url: str
    """Where it came from in the end."""
