"""The ids that our events have at Google: chosen by us, so that an event put twice is one."""

from base64 import b32hexdecode, b32hexencode
from binascii import Error
from datetime import UTC, datetime
from hashlib import sha256

LIVES = "0123456789abcdefghijklmnopqrstuv"
MARK = 5
"""Bytes at the end that say for which calendar the id was made: ids are only ours where this fits."""


def event_id(uid: str, calendar: str, *, life: int = 0) -> str:
    """The id of a plan's event in this calendar.

    Google allows 5 to 1024 characters of base32hex. It can be read backwards, for of a deleted event nothing but
    the id is sure to be told. The id of a deleted event is never free again; `life` counts those that did not
    come back.
    """
    return b32hexencode(uid.encode() + _mark(calendar)).decode("ascii").rstrip("=").lower() + LIVES[life]


def uid_of(name: str, calendar: str) -> str | None:
    """Whose event this id, or one that Google derived from it, stands for; None where it is not ours."""
    text = name.partition("_")[0][:-1].upper()
    try:
        whole = b32hexdecode(text + "=" * (-len(text) % 8))
        uid, mark = whole[:-MARK].decode(), whole[-MARK:]
    except (Error, ValueError):
        return None
    return uid if uid and mark == _mark(calendar) else None


def is_own(name: str) -> bool:
    """Of an id of ours: whether we chose it, and no phone did by splitting a series."""
    return "_" not in name


def date_id(series: str, original_at: datetime) -> str:
    """The id of one date of a series, by the moment that the rule gives it."""
    return f"{series}_{original_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _mark(calendar: str) -> bytes:
    return sha256(calendar.encode()).digest()[:MARK]
