"""Mail by SMTP, through one relay or several."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from integrations.mail.pool import Pool
from integrations.mail.relay import Relay
from integrations.mail.smtp_connection import STEPS_A_MESSAGE, SmtpConnection

__all__ = ["Relay", "SmtpMailer"]


class SmtpMailer:
    """Hands messages to `relays`, which share the work: each has as many connections as it takes.

    Every step (a command with its whole answer) takes `timeout` at most, so does opening a relay from the first
    packet to AUTH; one message takes `longest` at most, whatever the servers do.
    """

    def __init__(
        self, relays: Sequence[Relay], *, timeout: timedelta, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        """`elapsed` counts seconds; it ages idle connections, rests and shares, never the timeouts."""
        if not relays:
            raise ValueError("At least one relay is needed.")
        self._pools = [Pool.of(relay, elapsed) for relay in relays]
        self._timeout = timeout
        self._elapsed = elapsed

    @property
    def longest(self) -> timedelta:
        """How long one message can take at most."""
        return self._timeout * STEPS_A_MESSAGE

    def connections(self) -> Sequence[SmtpConnection]:
        timeout = self._timeout.total_seconds()
        return [
            SmtpConnection(pool, timeout, self._elapsed) for pool in self._pools for _ in range(pool.relay.connections)
        ]
