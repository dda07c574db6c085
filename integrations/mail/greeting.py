"""The beginning of a conversation: banner, EHLO, STARTTLS, AUTH."""

import base64

from integrations.mail.relay import Relay, Scheme
from integrations.mail.verdict import OPERATOR, Losing, Stage, accept
from integrations.mail.wire import Answer, Wire
from rituals.interfaces import MailError

Offers = dict[str, tuple[str, ...]]
"""What the relay can do beyond RFC 5321, each keyword with its words."""


def greet(wire: Wire, relay: Relay) -> Offers:
    """Introduce ourselves as `relay` wants it; raises MailError where that fails."""
    if relay.scheme is Scheme.TLS:
        _encrypt(wire, relay, Stage.CONNECT)
    with Losing(Stage.BANNER):
        banner = wire.answer()
    accept(Stage.BANNER, banner)
    offers = _introduce(wire)
    if relay.scheme is Scheme.STARTTLS:
        if "STARTTLS" not in offers:
            raise MailError(f"STARTTLS: not offered, and nothing is sent in clear; {OPERATOR}", unreachable=True)
        say(wire, Stage.STARTTLS, "STARTTLS")
        _encrypt(wire, relay, Stage.STARTTLS)
        offers = _introduce(wire)
    if relay.user:
        _sign_in(wire, relay, offers.get("AUTH", ()))
    return offers


def say(wire: Wire, stage: Stage, command: str, *, wanted: int = 2) -> Answer:
    """One command and its answer; raises MailError for one that is not of the wanted class."""
    with Losing(stage):
        wire.send(f"{command}\r\n".encode("ascii"))
        answer = wire.answer()
    accept(stage, answer, wanted=wanted)
    return answer


def _encrypt(wire: Wire, relay: Relay, stage: Stage) -> None:
    with Losing(stage):
        wire.encrypt(relay)


def _introduce(wire: Wire) -> Offers:
    answer = say(wire, Stage.EHLO, f"EHLO {wire.own_name()}")
    words = [line.upper().split() for line in answer.lines[1:]]
    return {keyword: tuple(rest) for keyword, *rest in filter(None, words)}


def _sign_in(wire: Wire, relay: Relay, mechanisms: tuple[str, ...]) -> None:
    if "PLAIN" in mechanisms:
        identity = "\0".join(("", relay.user, relay.password))
        say(wire, Stage.AUTH, f"AUTH PLAIN {_base64(identity)}")
    elif "LOGIN" in mechanisms:
        say(wire, Stage.AUTH, "AUTH LOGIN", wanted=3)
        say(wire, Stage.AUTH, _base64(relay.user), wanted=3)
        say(wire, Stage.AUTH, _base64(relay.password))
    else:
        raise MailError(f"AUTH: neither PLAIN nor LOGIN is offered; {OPERATOR}", unreachable=True)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
