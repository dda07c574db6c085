"""Every resource of the site, by the name of its module."""

from flask import Flask

from service.settings import Settings
from service.web import (
    acceptances,
    answers,
    blocks,
    bounces,
    caldav,
    calendar_care,
    calendar_changes,
    calendars,
    collisions,
    ends,
    feeds,
    google,
    health,
    hours,
    ics_addresses,
    invitations,
    leaving,
    mailbox,
    metrics,
    occurrences,
    offers,
    outcomes,
    pauses,
    plans,
    privacy,
    private_blocks,
    quiet_phone,
    rituals,
    sessions,
    sign_in,
    skips,
    space,
    stopped_mail,
    suggestions,
    support,
    unsubscriptions,
    unsuited,
    versions,
    week,
    you,
)

PEOPLE = (sign_in, sessions, you, invitations, leaving, blocks, space, stopped_mail)
RITUALS = (
    week,
    rituals,
    plans,
    offers,
    acceptances,
    answers,
    versions,
    pauses,
    ends,
    occurrences,
    skips,
    suggestions,
    unsuited,
    collisions,
    outcomes,
    unsubscriptions,
)
CALENDARS = (
    calendars,
    google,
    caldav,
    calendar_care,
    quiet_phone,
    hours,
    private_blocks,
    ics_addresses,
    calendar_changes,
    feeds,
)
FOR_EVERYBODY = (support, privacy, health)
FOR_MACHINES = (metrics, bounces)


def register(app: Flask, settings: Settings) -> None:
    """Mount the blueprints; the mailbox only where mails stay here and nobody else can look."""
    for resource in (*PEOPLE, *RITUALS, *CALENDARS, *FOR_EVERYBODY, *FOR_MACHINES):
        app.register_blueprint(resource.blueprint)
    if settings.has_mailbox and not settings.is_production:
        app.register_blueprint(mailbox.blueprint)
