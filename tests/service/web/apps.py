"""One application for many tests: built once for the same settings, and lent to each test as if it were new."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask

from service.services import Services
from service.settings import Settings
from service.web import create_app
from service.web.limits import limiter

ANYWHERE = Path()


@dataclass(frozen=True, slots=True)
class Apps:
    """Routes and templates are compiled for the first borrower alone; that takes longer than most tests."""

    built: dict[tuple[Settings, bool], Flask] = field(default_factory=dict)

    def over(self, services: Services, *, guarded: bool) -> Flask:
        """An application over these services. All it keeps from one test to the next are counters; they start anew."""
        # Where the files are is of no concern to an application: they are reached through the services.
        key = replace(services.settings, root=ANYWHERE, database_url=""), guarded
        if key not in self.built:
            self.built[key] = create_app(services)
        app = self.built[key]
        app.extensions["services"] = services
        app.config["WTF_CSRF_ENABLED"] = guarded
        app.config["PROPAGATE_EXCEPTIONS"] = None if guarded else True
        limiter.reset()
        return app
