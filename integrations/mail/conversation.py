"""The conversation with one relay, from its greeting to QUIT (RFC 5321)."""

import base64
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from time import monotonic

from integrations.mail.relay import Relay, Scheme
from integrations.mail.wire import Answer, Wire
from rituals.interfaces import Envelope, HandOver, MailError

GOODBYE = 1.0
"""Seconds that QUIT may take."""

FINAL_DOT = b"\r\n.\r\n"
LINE_END = re.compile(rb"\r\n|\r|\n")
SIGN_IN_WANTED = frozenset({530, 534, 535, 538})
"""RFC 4954: the relay does not know us. That is no word about the message or its recipient."""

OPERATOR = "the relay or its settings are at fault, not the message"


class Stage(StrEnum):
    """How far the conversation has come."""

    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "body"
    AFTER_BODY = "after the body"
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"


OPENING = frozenset({Stage.CONNECT, Stage.BANNER, Stage.EHLO, Stage.STARTTLS, Stage.AUTH})


class ConnectionLost(MailError):
    """The connection is gone, or no use any more; `stage` says when."""

    def __init__(self, stage: Stage, reason: str, *, permanent: bool = False, uncertain: bool = False) -> None:
        super().__init__(f"{stage}: {reason}", permanent=permanent, uncertain=uncertain)
        self.stage = stage


class Conversation:
    """One open connection. `usable` says whether another message may follow on it."""

    def __init__(self, relay: Relay, *, step: float, deadline: float) -> None:
        """Connect and introduce ourselves; raises MailError, with nothing left open, where that fails."""
        self.usable = False
        self._takes_8bit = False
        with _losing(Stage.CONNECT):
            self._wire = Wire(relay, step=step, deadline=deadline)
        try:
            self._open(relay)
        finally:
            if not self.usable:
                self._wire.close()

    def allow_until(self, deadline: float) -> None:
        """Let everything from here on take until `deadline` (monotonic seconds) at most."""
        self._wire.deadline = deadline

    def send(self, envelope: Envelope, hand_over: HandOver) -> bool:
        self.usable = False
        try:
            return self._send(envelope, hand_over)
        except ConnectionLost:
            raise
        except MailError:
            self._reset()
            raise

    def is_alive(self) -> bool:
        with suppress(MailError):
            self._say(Stage.NOOP, "NOOP")
            return True
        return False

    def close(self) -> None:
        """Say QUIT where a word may still be said, and hang up."""
        if self.usable:
            self.usable = False
            self._wire.deadline = monotonic() + GOODBYE
            with suppress(MailError):
                self._say(Stage.QUIT, "QUIT")
        with suppress(OSError):
            self._wire.close()

    def _open(self, relay: Relay) -> None:
        if relay.scheme is Scheme.TLS:
            self._encrypt(relay, Stage.CONNECT)
        with _losing(Stage.BANNER):
            banner = self._wire.answer()
        _accept(Stage.BANNER, banner)
        offers = self._introduce()
        if relay.scheme is Scheme.STARTTLS:
            if "STARTTLS" not in offers:
                raise MailError(f"STARTTLS: not offered, and nothing is sent in clear; {OPERATOR}")
            self._say(Stage.STARTTLS, "STARTTLS")
            self._encrypt(relay, Stage.STARTTLS)
            offers = self._introduce()
        if relay.user:
            self._sign_in(relay, offers.get("AUTH", ()))
        self._takes_8bit = "8BITMIME" in offers
        self.usable = True

    def _encrypt(self, relay: Relay, stage: Stage) -> None:
        with _losing(stage):
            self._wire.encrypt(relay)

    def _introduce(self) -> dict[str, tuple[str, ...]]:
        answer = self._say(Stage.EHLO, f"EHLO {self._wire.own_name()}")
        words = [line.upper().split() for line in answer.lines[1:]]
        return {keyword: tuple(rest) for keyword, *rest in filter(None, words)}

    def _sign_in(self, relay: Relay, mechanisms: tuple[str, ...]) -> None:
        if "PLAIN" in mechanisms:
            identity = "\0".join(("", relay.user, relay.password))
            self._say(Stage.AUTH, f"AUTH PLAIN {_base64(identity)}")
        elif "LOGIN" in mechanisms:
            self._say(Stage.AUTH, "AUTH LOGIN", wanted=3)
            self._say(Stage.AUTH, _base64(relay.user), wanted=3)
            self._say(Stage.AUTH, _base64(relay.password))
        else:
            raise MailError(f"AUTH: neither PLAIN nor LOGIN is offered; {OPERATOR}")

    def _send(self, envelope: Envelope, hand_over: HandOver) -> bool:
        eight_bit = " BODY=8BITMIME" if self._takes_8bit and not envelope.content.isascii() else ""
        self._say(Stage.MAIL, f"MAIL FROM:<{envelope.sender}>{eight_bit}")
        self._say(Stage.RCPT, f"RCPT TO:<{envelope.recipient}>")
        self._say(Stage.DATA, "DATA", wanted=3)
        if not hand_over():
            # Nothing takes DATA back but hanging up: whoever owns this sees that it is not usable, and does.
            return False
        self._send_body(envelope.content)
        self.usable = True
        return True

    def _send_body(self, content: bytes) -> None:
        with _losing(Stage.BODY):
            self._wire.send(_stuffed(content))
            if self._wire.speaks_unasked():
                # The dot is still ours: whatever the server says by now, it has not taken the message.
                early = self._wire.answer()
                raise ConnectionLost(Stage.BODY, early.status, permanent=early.code // 100 == 5)
            # Somebody stopped this process and woke it up too late: still a definite no.
            self._wire.expect_time_left()
        with _losing(Stage.AFTER_BODY, uncertain=True):
            self._wire.send(FINAL_DOT)
            answer = self._wire.answer()
        if answer.code < 400 and answer.code // 100 != 2:
            raise ConnectionLost(Stage.AFTER_BODY, f"{answer.status} makes no sense here", uncertain=True)
        _accept(Stage.AFTER_BODY, answer)

    def _reset(self) -> None:
        with suppress(MailError):
            self._say(Stage.RSET, "RSET")
            self.usable = True

    def _say(self, stage: Stage, command: str, *, wanted: int = 2) -> Answer:
        with _losing(stage):
            self._wire.send(f"{command}\r\n".encode("ascii"))
            answer = self._wire.answer()
        _accept(stage, answer, wanted=wanted)
        return answer


@contextmanager
def _losing(stage: Stage, *, uncertain: bool = False) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConnectionLost(stage, _reason(error), uncertain=uncertain) from error


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({error.verify_message}); {OPERATOR}"
    return error.strerror or str(error) or "the connection broke"


def _accept(stage: Stage, answer: Answer, *, wanted: int = 2) -> None:
    """Let the wanted class of code pass, and turn every other into the error that it means."""
    kind = answer.code // 100
    if kind == wanted:
        return
    if answer.code == 421 or kind < 4:
        raise ConnectionLost(stage, answer.status)
    if stage in OPENING or answer.code in SIGN_IN_WANTED:
        raise MailError(f"{stage}: {answer.status}; {OPERATOR}")
    raise MailError(
        f"{stage}: {answer.status}", permanent=kind == 5, recipient_refused=kind == 5 and stage is Stage.RCPT
    )


def _stuffed(content: bytes) -> bytes:
    """The body as it travels, without its last line end, which belongs to the final dot."""
    lines = LINE_END.sub(b"\r\n", content).removesuffix(b"\r\n").replace(b"\r\n.", b"\r\n..")
    return b"." + lines if lines.startswith(b".") else lines


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
