"""Backups as somebody who runs the program asks for them."""

from pathlib import Path

from sqlalchemy import make_url

from service.commands import build, say
from service.engines import is_sqlite
from service.schema import SchemaError
from service.settings import Settings


class BackupError(Exception):
    """There is no backup; the sentence says why."""


def backup(settings: Settings, file: str) -> None:
    """Copy the SQLite file while it is in use."""
    from service.amounts import bytes_of
    from service.safekeeping import back_up

    url = make_url(settings.database_url)
    if not is_sqlite(url):
        raise BackupError(
            "PostgreSQL has a program of its own for this: pg_dump --format=custom --file=FILE DATABASE_URL. "
            "docs/hosting.md says how to bring it back."
        )
    size = back_up(Path(url.database or ""), Path(file))
    say(f"{file} holds everything, {bytes_of(size)}, and was read through. Keep SECRET_KEYS as well, somewhere else.")


def restored(settings: Settings) -> None:
    """After another program than ./run backup made the backup that was put in place."""
    from service.safekeeping import make_ready

    services = build(settings)
    if not services.database.is_current():
        raise SchemaError("The database is not up to date. ./run migrate brings it there.")
    with services.database.writing() as session:
        make_ready(session)
    services.database.close()
    say("Links in mails sent since that backup lead nowhere, and everybody signs in anew.")
