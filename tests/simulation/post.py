"""A mail server that answers as the test wants, and the connections to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from rituals.interfaces import Envelope, HandOver, MailError
from tests.simulation.strand import Step, Wait, pause


class Reply(StrEnum):
    ACCEPTED = "250"
    LATER = "450"
    NOBODY = "550"
    REFUSED = "554"
    DROPPED = "drops the connection"
    TAKEN = "takes it and drops the connection"
    SILENT = "says nothing"
    TAKEN_SILENT = "takes it and says nothing"
    SLOW = "takes nearly as long as it may"


CONNECTIONS = 2
"""That may be open at once, for each worker."""
RESTS = 30.0
"""Seconds after nobody was there."""
KEPT = (Reply.ACCEPTED, Reply.TAKEN, Reply.TAKEN_SILENT, Reply.SLOW)
"""After the dot: those who say so have the mail."""
UNHEARD = (Reply.DROPPED, Reply.TAKEN, Reply.SILENT, Reply.TAKEN_SILENT)
"""No answer arrives."""
PERMANENT = (Reply.NOBODY, Reply.REFUSED)
DEFINITE = {
    Reply.LATER: MailError("450"),
    Reply.NOBODY: MailError("550", permanent=True, recipient_refused=True),
    Reply.REFUSED: MailError("554", permanent=True),
}


class Witness(Protocol):
    """Whoever is told what happens at the server."""

    def may_leave(self, envelope: Envelope) -> None:
        """The last question before the body was answered with yes."""

    def leaves(self, envelope: Envelope) -> None:
        """The dot is on its way."""

    def answers(self, envelope: Envelope, at: Step, reply: Reply) -> None:
        """What the server makes of it, whether or not anybody hears of it."""

    def heard(self, envelope: Envelope) -> None:
        """The worker has read its 250."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What the server will do, once."""

    at: Step
    reply: Reply
    to: str | None = None


@dataclass(slots=True)
class MailServer:
    """Accepts everything, except where something else is planned."""

    elapsed: Callable[[], float]
    witness: Witness
    timeout: float
    """Seconds that a worker waits for one answer."""
    planned: list[Planned] = field(default_factory=list)
    is_away: bool = False

    @property
    def deadline(self) -> float:
        """Seconds that one message may take in all."""
        return 3 * self.timeout

    def connections(self) -> Sequence["Way"]:
        return [Way(self) for _ in range(CONNECTIONS)]

    def reply(self, at: Step, envelope: Envelope) -> Reply:
        reply = self._next(at, envelope.recipient)
        self.witness.answers(envelope, at, reply)
        return reply

    def _next(self, at: Step, to: str) -> Reply:
        if self.is_away:
            return Reply.DROPPED
        for one in self.planned:
            if one.at == at and one.to in (None, to):
                self.planned.remove(one)
                return one.reply
        return Reply.ACCEPTED


@dataclass(slots=True)
class Way:
    """One connection. Stops at every step of a message; whoever wakes up too late finds that out before the dot."""

    server: MailServer
    rests_until: float = 0.0
    announced: Envelope | None = None

    @property
    def relay(self) -> str:
        return "the mail server"

    @property
    def hears_next(self) -> bool:
        return self.announced is not None

    def rests(self) -> float:
        return max(0.0, self.rests_until - self.server.elapsed())

    def open(self) -> None:
        if self.server.is_away:
            self.rests_until = self.server.elapsed() + RESTS
            raise MailError("nobody is there", unreachable=True)

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        announced, self.announced = self.announced, None
        server, deadline = self.server, self.server.elapsed() + self.server.deadline
        if announced is not envelope:
            self.open()
            pause(Step.MAIL)
        self._hear(Step.RCPT, envelope, deadline)
        if not hand_over():
            return False
        server.witness.may_leave(envelope)
        self._hear(Step.BODY, envelope, deadline)
        pause(Step.DOT)
        if server.elapsed() >= deadline:
            raise MailError("no time is left")
        server.witness.leaves(envelope)
        self._hear_of_it(envelope, deadline)
        self.announced = then
        pause(Step.HEARD)
        return True

    def close(self) -> None:
        self.announced = None

    def _hear(self, at: Step, envelope: Envelope, deadline: float) -> None:
        """Before the dot nothing has been taken, whatever goes wrong."""
        until = self._until(deadline)
        pause(at)
        reply = self.server.reply(at, envelope)
        if reply in UNHEARD or reply is Reply.SLOW:
            self._wait(at, reply, until)
        if reply in UNHEARD:
            raise MailError(reply)
        if reply in DEFINITE:
            raise DEFINITE[reply]

    def _hear_of_it(self, envelope: Envelope, deadline: float) -> None:
        until = self._until(deadline)
        pause(Step.ANSWER)
        reply = self.server.reply(Step.ANSWER, envelope)
        if reply is Reply.SLOW:
            self._wait(Step.ANSWER, reply, until)
        if reply in UNHEARD:
            self._wait(Step.ANSWER, reply, until)
            raise MailError(reply, uncertain=True)
        if reply in DEFINITE:
            raise DEFINITE[reply]
        self.server.witness.heard(envelope)

    def _until(self, deadline: float) -> float:
        return min(deadline, self.server.elapsed() + self.server.timeout)

    def _wait(self, at: Step, reply: Reply, until: float) -> None:
        if reply in (Reply.DROPPED, Reply.TAKEN):
            return
        moment = until - 0.5 if reply is Reply.SLOW else until
        elapsed = self.server.elapsed
        pause(at, Wait(lambda: elapsed() >= moment, lambda: moment))
