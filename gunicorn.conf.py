"""How gunicorn serves the pages. It reads this file by itself, and listens on PORT and WEB_CONCURRENCY."""

import os
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from service import logs
from service.commands import work_of
from service.serving import LAST_MAIL_SECONDS, THREADS, Beside
from service.settings import Settings, SettingsError

try:
    settings = Settings.read(os.environ, root=Path(__file__).parent)
except SettingsError as error:
    sys.exit(f"A setting needs your attention. {error}")

# With the worker beside the pages there is one process, as SQLite likes it.
workers = 1 if settings.worker_in_web else int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = THREADS
graceful_timeout = int(LAST_MAIL_SECONDS) + 4
logconfig_dict = logs.layout(production=settings.is_production)
forwarded_allow_ips = ""  # which proxy to believe is decided by the application, from TRUSTED_PROXIES
control_socket_disable = True
beside: list[Beside] = []


def post_worker_init(_worker: Worker) -> None:
    if settings.worker_in_web:
        from service.web.wsgi import app

        beside.append(Beside(work_of(app.extensions["services"])))
        beside[0].start()


def worker_exit(_server: Arbiter, _worker: Worker) -> None:
    for one in beside:
        one.finish()
