"""What an answer of the relay, or the lack of one, means for the message."""

import ssl
from enum import StrEnum
from types import TracebackType

from integrations.mail.wire import Answer
from rituals.interfaces import MailError
from rituals.mail_status import refuses_address

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
        super().__init__(f"{stage}: {reason}", permanent=permanent, uncertain=uncertain, unreachable=stage in OPENING)
        self.stage = stage


class Losing:
    """Within it, whatever the wire raises is a ConnectionLost at that stage. May be entered again and again."""

    __slots__ = ("_stage", "_uncertain")

    def __init__(self, stage: Stage, *, uncertain: bool = False) -> None:
        self._stage = stage
        self._uncertain = uncertain

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            raise ConnectionLost(self._stage, _reason(error), uncertain=self._uncertain) from error


def accept(stage: Stage, answer: Answer, *, wanted: int = 2) -> None:
    """Let the wanted class of code pass, and turn every other into the error that it means."""
    kind = answer.code // 100
    if kind == wanted:
        return
    out_of_step = answer.code == 503 and stage is Stage.MAIL
    if answer.code == 421 or kind < 4 or out_of_step:
        raise ConnectionLost(stage, answer.status)
    if stage in OPENING or answer.code in SIGN_IN_WANTED:
        raise MailError(f"{stage}: {answer.status}; {OPERATOR}", unreachable=True)
    raise MailError(
        f"{stage}: {answer.status}",
        permanent=kind == 5,
        # A server that refuses us, as one on somebody's list, says so here too: that is no word about the address.
        recipient_refused=kind == 5 and stage is Stage.RCPT and refuses_address(answer.status),
    )


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({error.verify_message}); {OPERATOR}"
    return error.strerror or str(error) or "the connection broke"
