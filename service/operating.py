"""What somebody who runs the program asks of it: how it is, what became of one prompt, what came back."""

import sys

from rituals.mail_report import LARGEST
from service import logs
from service.commands import build, say
from service.schema import SchemaError
from service.services import Services
from service.settings import Settings, SettingsError
from service.survey import Kind

LONGEST_NUMBER = 18
"""Digits: the longest that a database has a number for."""


def status(settings: Settings) -> int:
    """One screen of sentences. 1 where something needs attention."""
    from service.finding import needs_attention
    from service.status import heading, look

    services = build(settings)
    try:
        lines = look(services)
    finally:
        services.database.close()
    for line in (heading(services.clock()), *lines):
        say(str(line))
    say("Something needs attention." if needs_attention(lines) else "All is well.")
    return int(needs_attention(lines))


def status_of_prompt(settings: Settings, number: str) -> int:
    from rituals.delivery import Delivery

    return life(settings, Delivery, number)


def status_of_letter(settings: Settings, number: str) -> int:
    from rituals.outbox import Letter

    return life(settings, Letter, number)


def life(settings: Settings, kind: Kind, number: str) -> int:
    """What is known of one of them. 1 where there is none."""
    from service.errand_life import absent, tell

    if not (number.isascii() and number.isdecimal()) or len(number) > LONGEST_NUMBER:
        raise SettingsError(f"'{number}' is no number of a prompt or letter; the log has it as id.")
    services = build_current(settings)
    try:
        told = tell(services, kind, int(number))
    finally:
        services.database.close()
    for line in told or [absent(kind, int(number))]:
        say(line)
    return 0 if told else 1


def bounce(settings: Settings, recipient: str) -> None:
    """A mail that came to our return path, from standard input; to this address of it, if the mail system tells."""
    from service.bounces import hear

    logs.configure(production=settings.is_production)
    content = sys.stdin.buffer.read(LARGEST)
    while sys.stdin.buffer.read(LARGEST):
        pass  # a mail system that cannot finish writing takes it for a failure
    services = build_current(settings)
    try:
        hear(services, content, recipient=recipient)
    finally:
        services.database.close()


def build_current(settings: Settings) -> Services:
    services = build(settings)
    if not services.database.is_current():
        raise SchemaError("The database is not up to date. ./run migrate brings it there.")
    return services
