"""Secrets that open a session, a feed or a sign-in; the database keeps only their digest."""

from hashlib import sha256
from secrets import token_urlsafe

SECRET_BYTES = 32


def new() -> str:
    """256 random bits, fit for an address."""
    return token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What is stored: it finds the row, and opens nothing when it is stolen."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
