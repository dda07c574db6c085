"""How these tests reach the simulated mail servers."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import pytest

from integrations.mail.relay import Relay
from integrations.mail.smtp import SmtpMailer
from rituals.interfaces import MailConnection, MailError
from tests.contracts.mailer import envelope, yes
from tests.simulators.mail_server import MailServer

PATIENT = 5.0
BRISK = 0.5
"""For a test in which something hangs and then something else must succeed, on a busy machine too."""
HASTY = 0.2
"""For a test in which nothing succeeds any more."""


def mailer_to(
    *servers: MailServer, timeout: float = PATIENT, elapsed: Callable[[], float] = monotonic, options: str = ""
) -> SmtpMailer:
    relays = [Relay.parse(f"{server.url}{options}") for server in servers]
    return SmtpMailer(relays, timeout=timedelta(seconds=timeout), elapsed=elapsed)


def connect(*servers: MailServer, timeout: float = PATIENT) -> MailConnection:
    return mailer_to(*servers, timeout=timeout).connections()[0]


def failure(connection: MailConnection, *, number: int = 1) -> MailError:
    """The error that sending ends in."""
    with pytest.raises(MailError) as caught:
        connection.send(envelope(number), yes)
    return caught.value


def verdict(error: MailError) -> str:
    """What the error means for the message, in words."""
    marks = {
        "permanent": error.permanent,
        "uncertain": error.uncertain,
        "recipient refused": error.recipient_refused,
        "unreachable": error.unreachable,
    }
    return ", ".join(mark for mark, is_set in marks.items() if is_set) or "transient"
