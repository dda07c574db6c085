"""The keys that seal and sign: given in production, made once on a developer's machine."""

import fcntl
import os
from pathlib import Path
from secrets import token_urlsafe

from service.variables import SettingsError

SHORTEST = 32
NEW_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def check(keys: tuple[str, ...], *, source: str) -> tuple[str, ...]:
    """These keys, if they are worth the name."""
    if not keys:
        raise SettingsError(f"{source} is not set. Write one long random key; this makes one: {NEW_KEY}")
    for number, key in enumerate(keys, start=1):
        if len(key) < SHORTEST or len(set(key)) < SHORTEST // 4:
            raise SettingsError(
                f"{source}: key {number} is too short or too simple. "
                f"A key has at least {SHORTEST} random characters; this makes one: {NEW_KEY}"
            )
    return keys


def kept(path: Path) -> tuple[str, ...]:
    """The keys in this file; made now, readable by its owner alone, if there is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(f"SECRET_KEYS: {path} cannot be opened ({error.strerror}).") from error
    with os.fdopen(descriptor, "r+") as file:
        # Web and worker may start at the same moment and must end with the same keys.
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        if not text.strip():
            text = token_urlsafe(48)
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
    return check(tuple(text.replace(",", " ").split()), source=str(path))
