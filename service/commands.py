"""What each command of the program does, once its settings are known."""

import shutil
import sys
from collections.abc import Callable, Mapping
from functools import partial

from service import logs
from service.database import Database
from service.schema import PROJECT, SchemaError
from service.services import Services
from service.serving import Work, listen, work_alone
from service.serving import serve as serve_pages
from service.settings import Settings, SettingsError

KEPT_IN_THE_DEMO = ("PORT", "BASE_URL")
ON_THIS_MACHINE = "http://127.0.0.1:"
"""Where a simulated Google is; the real one has no place in the demo."""


def serve(settings: Settings) -> None:
    """Pages and worker in one process."""
    answer(settings, with_worker=True)


def web(settings: Settings) -> None:
    """The pages; with the worker beside them if the settings say so."""
    answer(settings, with_worker=settings.worker_in_web)


def worker(settings: Settings) -> None:
    """The worker alone; there may be several, on several machines."""
    logs.configure(production=settings.is_production)
    migrate(settings)
    services = build(settings)
    work_alone(work_of(services), ready=lambda: say("The worker is at work. Stop it with Ctrl-C."))
    services.database.close()


def migrate(settings: Settings) -> None:
    """Bring the tables up to date."""
    database = Database.open(settings.database_url)
    try:
        if not database.is_current():
            database.migrate()
    finally:
        database.close()


def check_calendar(settings: Settings, address: str) -> None:
    """What would change in this partner's connected calendar, and in the plans because of it."""
    from service.jobs.calendar_check import check

    services = build(settings)
    if not services.database.is_current():
        raise SchemaError("The database is not up to date. ./run migrate brings it there.")
    for line in check(services, address):
        say(line)
    services.database.close()


def demo(settings: Settings) -> None:
    """A couple whose ritual starts in a minute, in a database of its own."""
    from service.demo import prepare

    answer(settings, with_worker=True, afresh=True, greet=prepare)


def demo_settings(environ: Mapping[str, str]) -> Settings:
    """Development settings in a folder of their own, whatever else the environment says."""
    simulated = environ.get("GOOGLE_API_ROOT", "").startswith(ON_THIS_MACHINE)
    names = (*KEPT_IN_THE_DEMO, *(name for name in environ if simulated and name.startswith("GOOGLE_")))
    kept = {name: environ[name] for name in names if name in environ}
    return Settings.read(kept, root=PROJECT / "var" / "demo")


def welcome(services: Services) -> str:
    site = services.settings.base_url
    mailbox = f"\nMails stay here, in the mailbox: {site}/mailbox" if services.settings.has_mailbox else ""
    return f"Side by Side is ready: {site}{mailbox}\nStop it with Ctrl-C."


def answer(
    settings: Settings, *, with_worker: bool, afresh: bool = False, greet: Callable[[Services], str] = welcome
) -> None:
    """Serve. The port comes first: where it is taken, another of us may be using the files."""
    from service.web import create_app

    logs.configure(production=settings.is_production)
    sockets = listen(settings.port, everywhere=settings.is_production)
    if afresh:
        shutil.rmtree(settings.var, ignore_errors=True)
    migrate(settings)
    services = build(settings)
    app = create_app(services)

    def ready() -> None:
        say(greet(services))

    serve_pages(app, sockets, ready, work_of(services) if with_worker else None)
    services.database.close()


def build(settings: Settings) -> Services:
    from service import wiring

    try:
        return wiring.build(settings)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def work_of(services: Services) -> Work:
    from service import worker

    return partial(worker.run, services)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
