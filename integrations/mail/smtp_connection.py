"""One way to one relay: opened when it is needed, kept between messages, replaced when it has died."""

import time
from collections.abc import Callable

from integrations.mail.addresses import is_safe, refuse_unsafe
from integrations.mail.conversation import Conversation
from integrations.mail.pool import Pool
from integrations.mail.verdict import ConnectionLost, Stage
from rituals.interfaces import Envelope, HandOver, MailError

IDLE = 20.0
"""Seconds of silence after which a connection is asked whether it still lives."""

STEPS_A_MESSAGE = 3
"""One message takes this many timeouts at most: a connection that died, one to replace it, and an answer."""


class SmtpConnection:
    """For one thread."""

    def __init__(self, pool: Pool, timeout: float, elapsed: Callable[[], float]) -> None:
        self._pool = pool
        self._timeout = timeout
        self._elapsed = elapsed
        self._conversation: Conversation | None = None
        self._is_new = True
        self._last_used = 0.0

    @property
    def relay(self) -> str:
        return self._pool.relay.name

    @property
    def hears_next(self) -> bool:
        return self._conversation is not None and self._conversation.hears_next

    def rests(self) -> float:
        share = self._pool.share.wait()
        return share if self._conversation else max(share, self._pool.standing.rests())

    def open(self) -> None:
        deadline = self._deadline()
        self._close_dead(deadline)
        if self._conversation is None:
            self._opened(deadline)

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        refuse_unsafe(envelope)
        deadline = self._deadline()
        self._close_dead(deadline)
        self._close_unless_for(envelope)
        self._take_share()
        if self._conversation and not self._is_new:
            try:
                return self._send_on(self._conversation, envelope, hand_over, then)
            except ConnectionLost as lost:
                # A server may end a connection between two messages (421, or no word at all): a new one, then.
                if lost.stage is not Stage.MAIL:
                    raise
        return self._send_first(self._conversation or self._opened(deadline), envelope, hand_over, then)

    def close(self) -> None:
        self._part(self._pool.standing.closed)

    def _send_first(
        self, conversation: Conversation, envelope: Envelope, hand_over: HandOver, then: Envelope | None
    ) -> bool:
        try:
            return self._send_on(conversation, envelope, hand_over, then)
        except ConnectionLost as lost:
            if lost.stage is Stage.MAIL:
                raise MailError(f"{self.relay} {lost}", unreachable=True) from lost
            raise

    def _send_on(
        self, conversation: Conversation, envelope: Envelope, hand_over: HandOver, then: Envelope | None
    ) -> bool:
        began_at, was_new, self._is_new = self._elapsed(), self._is_new, False
        share = self._pool.share
        hint = then if then and is_safe(then) and share.take() else None
        try:
            gone = conversation.send(envelope, hand_over, then=hint)
        except MailError as error:
            self._judge(error, began_at, was_new=was_new)
            raise
        else:
            self._pool.standing.answered()
            return gone
        finally:
            self._last_used = self._elapsed()
            if hint and not conversation.announces:
                share.give_back()
            if not conversation.usable:
                self.close()

    def _judge(self, error: MailError, began_at: float, *, was_new: bool) -> None:
        """What the error says about the relay, and not about the message."""
        standing = self._pool.standing
        is_lost = isinstance(error, ConnectionLost)
        between_messages = isinstance(error, ConnectionLost) and error.stage is Stage.MAIL
        if error.unreachable or (between_messages and was_new):
            self._part(lambda: standing.refused(began_at))
        elif is_lost and not between_messages:
            self._part(lambda: standing.lost(began_at))
        elif not is_lost:
            standing.answered()

    def _opened(self, deadline: float) -> Conversation:
        began_at = self._elapsed()
        self._pool.standing.opens()
        limit = min(deadline, time.monotonic() + self._timeout)
        try:
            conversation = Conversation(self._pool.relay, step=self._timeout, deadline=limit)
        except MailError as error:
            self._pool.standing.refused(began_at)
            raise MailError(f"{self.relay} {error}", unreachable=True) from error
        conversation.allow_until(deadline)
        self._conversation, self._is_new, self._last_used = conversation, True, self._elapsed()
        return conversation

    def _close_dead(self, deadline: float) -> None:
        if self._conversation:
            self._conversation.allow_until(deadline)
            if self._elapsed() - self._last_used > IDLE and not self._conversation.is_alive():
                self.close()

    def _close_unless_for(self, envelope: Envelope) -> None:
        if self._conversation and not self._conversation.may_send(envelope):
            self.close()

    def _take_share(self) -> None:
        """What is announced has had its share when it was."""
        is_announced = self._conversation is not None and self._conversation.announces
        if not is_announced and not self._pool.share.take():
            raise MailError(f"{self.relay} has had its share for now", unreachable=True)

    def _part(self, note: Callable[[], None]) -> None:
        if self._conversation:
            self._conversation.close()
            self._conversation = None
            note()

    def _deadline(self) -> float:
        return time.monotonic() + self._timeout * STEPS_A_MESSAGE
