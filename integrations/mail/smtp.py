"""Mail by SMTP, over connections that stay open between messages."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from integrations.mail.addresses import is_safe, refuse_unsafe
from integrations.mail.conversation import Conversation
from integrations.mail.relay import Relay, RelayOrder
from integrations.mail.verdict import ConnectionLost, Stage
from rituals.interfaces import Envelope, HandOver, MailError

__all__ = ["Relay", "SmtpConnection", "SmtpMailer"]

IDLE = 20.0
"""Seconds of silence after which a connection is asked whether it still lives."""

STEPS_A_MESSAGE = 3
"""One message takes this many timeouts at most: two relays that do not answer, and one that does."""


class SmtpMailer:
    """Hands messages to the first of `relays` that can be reached.

    Every step (a command with its whole answer) takes `timeout` at most, so does opening one relay from the first
    packet to AUTH; one message takes `longest` at most, whatever the servers do.
    """

    def __init__(
        self, relays: Sequence[Relay], *, timeout: timedelta, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        """`elapsed` counts seconds; it ages idle connections and failed relays, never the timeouts."""
        if not relays:
            raise ValueError("At least one relay is needed.")
        self._order = RelayOrder(relays, elapsed)
        self._timeout = timeout
        self._elapsed = elapsed

    @property
    def longest(self) -> timedelta:
        """How long one message can take at most."""
        return self._timeout * STEPS_A_MESSAGE

    def connect(self) -> "SmtpConnection":
        return SmtpConnection(self._order, self._timeout.total_seconds(), self._elapsed)


class SmtpConnection:
    """One way to the relays, for one thread; opened at the first message and reused while it is of use."""

    def __init__(self, order: RelayOrder, timeout: float, elapsed: Callable[[], float]) -> None:
        self._order = order
        self._timeout = timeout
        self._elapsed = elapsed
        self._conversation: Conversation | None = None
        self._last_used = 0.0

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        refuse_unsafe(envelope)
        then = then if then is not None and is_safe(then) else None
        deadline = time.monotonic() + self._timeout * STEPS_A_MESSAGE
        kept = self._kept(envelope, deadline)
        if kept is not None:
            try:
                return self._send_on(kept, envelope, hand_over, then)
            except ConnectionLost as lost:
                # A server may end a connection between two messages (421, or no word at all): a new one, then.
                if lost.stage is not Stage.MAIL:
                    raise
        return self._send_on(self._opened(deadline), envelope, hand_over, then)

    def close(self) -> None:
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None

    def _send_on(
        self, conversation: Conversation, envelope: Envelope, hand_over: HandOver, then: Envelope | None
    ) -> bool:
        try:
            return conversation.send(envelope, hand_over, then=then)
        finally:
            self._last_used = self._elapsed()
            if not conversation.usable:
                self.close()

    def _kept(self, envelope: Envelope, deadline: float) -> Conversation | None:
        if self._conversation is not None:
            self._conversation.allow_until(deadline)
            is_stale = self._elapsed() - self._last_used > IDLE and not self._conversation.is_alive()
            if is_stale or not self._conversation.may_send(envelope):
                self.close()
        return self._conversation

    def _opened(self, deadline: float) -> Conversation:
        failures = []
        for relay in self._order.now():
            limit = min(deadline, time.monotonic() + self._timeout)
            try:
                conversation = Conversation(relay, step=self._timeout, deadline=limit)
            except MailError as error:
                self._order.failed(relay)
                failures.append(f"{relay.name} {error}")
            else:
                self._order.answered(relay)
                conversation.allow_until(deadline)
                self._conversation = conversation
                return conversation
        raise MailError("; ".join(failures))
