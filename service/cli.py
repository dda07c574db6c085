"""The commands of `python -m service`, and a clear sentence for whatever keeps them from starting."""

import os
import signal
import sys
from collections.abc import Callable, Sequence

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from service import backup, commands, mail_command, operating
from service.backup import BackupError
from service.database import Database
from service.engines import is_sqlite
from service.schema import PROJECT, SchemaError
from service.serving import PortTakenError, leave
from service.settings import Settings, SettingsError

Command = Callable[[Settings], int | None]
"""Answers the exit status, if it is not 0."""
SERVING: dict[str, Command] = {
    "serve": commands.serve,
    "web": commands.web,
    "worker": commands.worker,
    "migrate": commands.migrate,
    "status": operating.status,
    "restored": backup.restored,
    "mail check": mail_command.check,
}
ASKING: dict[tuple[str, ...], Callable[[Settings, str], int | None]] = {
    ("calendars", "check"): commands.check_calendar,
    ("status", "prompt"): operating.status_of_prompt,
    ("status", "letter"): operating.status_of_letter,
    ("backup",): backup.backup,
    ("mail", "check"): mail_command.check,
}
"""Commands with one thing to ask about."""
CHECKING = ("check-decks", "check-templates")
QUESTIONS = ", ".join(f"{' '.join(words)} …" for words in ASKING)
USAGE = f"python -m service [{' | '.join([*SERVING, 'demo', *CHECKING])}], or one of: {QUESTIONS}, bounce …"


def main(arguments: Sequence[str]) -> int:
    """Run one command, `serve` if none is named; answers the exit status."""
    if arguments and arguments[0] == "bounce" and len(arguments) <= 2:
        return patiently(lambda settings: operating.bounce(settings, "".join(arguments[1:])))
    asking = ASKING.get(tuple(arguments[:-1]))
    if asking is not None:
        return start(lambda settings: asking(settings, arguments[-1]))
    name = " ".join(arguments) or "serve"
    if name not in (*SERVING, "demo", *CHECKING):
        return complain(f"Use: {USAGE}")
    if name in CHECKING:
        return report(mistakes_of(name))
    return start(commands.demo, demo=True) if name == "demo" else start(SERVING[name])


def start(command: Command, *, demo: bool = False) -> int:
    try:
        settings = commands.demo_settings(os.environ) if demo else Settings.read(os.environ, root=PROJECT)
    except SettingsError as error:
        return complain(f"A setting needs your attention. {error}")
    return run(command, settings)


def patiently(command: Command) -> int:
    """For a mail system, which understands sysexits.h: whatever keeps us from it, it asks again later."""
    return os.EX_TEMPFAIL if start(command) else os.EX_OK


def run(command: Command, settings: Settings) -> int:
    signal.signal(signal.SIGTERM, leave)
    try:
        return command(settings) or 0
    except KeyboardInterrupt:
        return 0
    except PortTakenError as error:
        return complain(
            f"{error} Perhaps this program runs already. To use another port: PORT={settings.port + 1} ./run"
        )
    except (SettingsError, SchemaError, BackupError) as error:
        return complain(str(error))
    except SQLAlchemyError as error:
        if not Database.is_unavailable(error):
            raise
        return complain(unreachable(settings, error))


def unreachable(settings: Settings, error: SQLAlchemyError) -> str:
    url = make_url(settings.database_url)
    reason = str(error.__cause__ or error).strip().splitlines()[0]
    cure = "Can its folder be written to, and is there room?" if is_sqlite(url) else "Is it running?"
    return f"The database cannot be used: {url.render_as_string()} ({reason}). {cure} DATABASE_URL says where it is."


def mistakes_of(name: str) -> Sequence[str]:
    from service import check

    return check.decks() if name == "check-decks" else check.templates()


def report(mistakes: Sequence[str]) -> int:
    for mistake in mistakes:
        complain(mistake)
    return 1 if mistakes else 0


def complain(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1
