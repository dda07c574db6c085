"""The conversation with one relay, from its greeting to QUIT (RFC 5321)."""

from collections.abc import Iterable
from contextlib import suppress
from time import monotonic

from integrations.mail.body import FINAL_DOT, travelling
from integrations.mail.greeting import greet, say
from integrations.mail.relay import Relay
from integrations.mail.verdict import ConnectionLost, Losing, Stage, accept
from integrations.mail.wire import Wire
from rituals.interfaces import Envelope, HandOver, MailError

GOODBYE = 1.0
"""Seconds that QUIT may take."""

ENVELOPE = ((Stage.MAIL, 2), (Stage.RCPT, 2), (Stage.DATA, 3))
"""What comes before a body, and the class of answer that each wants."""


class Conversation:
    """One open connection. `usable` says whether another message may follow on it."""

    def __init__(self, relay: Relay, *, step: float, deadline: float) -> None:
        """Connect and introduce ourselves; raises MailError, with nothing left open, where that fails."""
        self.usable = False
        self._announced = b""
        with Losing(Stage.CONNECT):
            self._wire = Wire(relay, step=step, deadline=deadline)
        try:
            offers = greet(self._wire, relay)
            self.usable = True
        finally:
            if not self.usable:
                self._wire.close()
        self._takes_8bit = "8BITMIME" in offers
        self._pipelines = relay.pipelining and "PIPELINING" in offers

    def allow_until(self, deadline: float) -> None:
        """Let everything from here on take until `deadline` (monotonic seconds) at most."""
        self._wire.deadline = deadline

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        """As a MailConnection does; `then` must be safe to announce."""
        self.usable = False
        self._announce(self._commands(envelope))
        if not hand_over():
            # Nothing takes DATA back but hanging up: whoever owns this sees that it is not usable, and does.
            return False
        self._hand(travelling(envelope), self._commands(then) if then and self._pipelines else b"")
        self.usable = True
        return True

    @property
    def announces(self) -> bool:
        """Whether an envelope has gone out whose answers nobody has read."""
        return bool(self._announced)

    @property
    def hears_next(self) -> bool:
        """Whether the answers to what was announced have begun to come."""
        return self.announces and self._wire.has_heard

    def may_send(self, envelope: Envelope) -> bool:
        """False if another one is announced: the server waits for its body, and takes every word for one."""
        return self._announced in (b"", self._commands(envelope))

    def is_alive(self) -> bool:
        if self._announced:
            return False  # for all we may ask
        with suppress(MailError):
            say(self._wire, Stage.NOOP, "NOOP")
            return True
        return False

    def close(self) -> None:
        """Say QUIT where a word may still be said, and hang up."""
        if self.usable and not self._announced:
            self.usable = False
            self._wire.deadline = monotonic() + GOODBYE
            with suppress(MailError):
                say(self._wire, Stage.QUIT, "QUIT")
        with suppress(OSError):
            self._wire.close()

    def _commands(self, envelope: Envelope) -> bytes:
        eight_bit = " BODY=8BITMIME" if self._takes_8bit and not envelope.content.isascii() else ""
        commands = f"MAIL FROM:<{envelope.sender}>{eight_bit}\r\nRCPT TO:<{envelope.recipient}>\r\nDATA\r\n"
        return commands.encode("ascii")

    def _announce(self, commands: bytes) -> None:
        """In one go where the relay takes it (RFC 2920), else each with its answer."""
        if self._pipelines:
            if not self._announced:
                self._say(Stage.MAIL, commands)
            self._announced = b""
            self._hear(ENVELOPE)
            return
        for step, command in zip(ENVELOPE, commands.splitlines(keepends=True), strict=True):
            self._say(step[0], command)
            self._hear((step,))

    def _say(self, stage: Stage, commands: bytes) -> None:
        with Losing(stage):
            self._wire.send(commands)

    def _hear(self, steps: Iterable[tuple[Stage, int]]) -> None:
        """All their answers, since each was asked for; the first refusal counts, whatever comes after it."""
        refused: MailError | None = None
        awaits_body = False
        for stage, wanted in steps:
            try:
                with Losing(stage):
                    answer = self._wire.answer()
                accept(stage, answer, wanted=wanted)
                awaits_body = stage is Stage.DATA
            except ConnectionLost as lost:
                raise refused or lost from lost.__cause__
            except MailError as error:
                refused = refused or error
        if refused is not None:
            if not awaits_body:
                self._go_on()
            # Else we hang up. RFC 2920 would have a lone dot end it, and who knows what arrives then, and where.
            raise refused

    def _hand(self, body: bytes, next_commands: bytes) -> None:
        with Losing(Stage.BODY):
            self._wire.send(body)
            if self._wire.speaks_unasked():
                # The dot is still ours: whatever the server says by now, it has not taken the message.
                early = self._wire.answer()
                raise ConnectionLost(Stage.BODY, early.status, permanent=early.code // 100 == 5)
            # Somebody stopped this process and woke it up too late: still a definite no.
            self._wire.expect_time_left()
        with Losing(Stage.AFTER_BODY, uncertain=True):
            self._wire.send(FINAL_DOT + next_commands)
            answer = self._wire.answer()
        if answer.code < 400 and answer.code // 100 != 2:
            raise ConnectionLost(Stage.AFTER_BODY, f"{answer.status} makes no sense here", uncertain=True)
        self._announced = next_commands
        try:
            accept(Stage.AFTER_BODY, answer)
        except ConnectionLost:
            raise
        except MailError:
            self._go_on()
            raise

    def _go_on(self) -> None:
        """After a refusal: begin anew, unless the next envelope has gone out already, which does just that."""
        self.usable = bool(self._announced)
        if not self.usable:
            with suppress(MailError):
                say(self._wire, Stage.RSET, "RSET")
                self.usable = True
