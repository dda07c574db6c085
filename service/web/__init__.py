"""The pages: the app factory, and one blueprint a resource."""

from pathlib import Path

from flask import Flask

from service.services import Services
from service.web import errors, limits, proxies, resources, security, templating

TEMPLATES = Path(__file__).parent.parent.parent / "templates"


def create_app(services: Services) -> Flask:
    """The web application over these services. It keeps nothing in memory but rate counters."""
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder="static")
    app.extensions["services"] = services
    security.protect(app, services.settings)
    limits.limit(app)
    templating.register(app)
    errors.register(app)
    resources.register(app, services.settings)
    app.wsgi_app = proxies.TrustedProxies(app.wsgi_app, services.settings.trusted_proxies)  # type: ignore[method-assign]
    return app
