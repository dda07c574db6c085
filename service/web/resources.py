"""Every resource of the site, by the name of its module."""

from flask import Flask

from service.settings import Settings
from service.web import health, invitations, leaving, mailbox, privacy, sessions, sign_in, space, support, you

PEOPLE = (sign_in, sessions, you, invitations, leaving, space)
FOR_EVERYBODY = (support, privacy, health)


def register(app: Flask, settings: Settings) -> None:
    """Mount the blueprints; the mailbox only where mails stay here and nobody else can look."""
    for resource in (*PEOPLE, *FOR_EVERYBODY):
        app.register_blueprint(resource.blueprint)
    if settings.has_mailbox and not settings.is_production:
        app.register_blueprint(mailbox.blueprint)
