"""One connection of the faulty mail server: a good server's side of RFC 5321, unless the script steps in."""

import base64
import binascii
import re
import socket
import ssl
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

from tests.simulators.mail_script import HungUp, Stage, Visit

if TYPE_CHECKING:
    from tests.simulators.mail_server import MailServer

PATH = re.compile(r"(?:FROM|TO):<([^<>\s]*)>(?: .*)?", re.IGNORECASE)
END = b"\r\n.\r\n"


class Dialogue:
    """Says the usual answers in order, and asks the script before each of them."""

    def __init__(self, server: "MailServer", accepted: socket.socket, number: int, closing: Event) -> None:
        self.socket = accepted
        self._server = server
        self._number = number
        self._closing = closing
        self._buffer = b""
        self._greeted = self._signed_in = False
        self._sender: str | None = None
        self._recipient: str | None = None
        self._commands: dict[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
        }

    def run(self) -> None:
        if self._server.smtps:
            self._secure()
        self._answer(Stage.BANNER, "220 simulator ESMTP")
        while True:
            verb, _, rest = self._line().partition(" ")
            answer = self._commands.get(verb.upper())
            if answer is None:
                self._say("500 5.5.1 what?")
            else:
                answer(rest)

    def _ehlo(self, _: str) -> None:
        offers = list(self._server.offers)
        if self._server.tls is not None and not self._is_secure():
            offers.append("STARTTLS")
        if self._server.users:
            offers.append(f"AUTH {' '.join(self._server.mechanisms)}")
        lines = ["simulator", *offers]
        greeting = [f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines]
        self._greeted = self._answer(Stage.EHLO, "\r\n".join(greeting)) == 250

    def _starttls(self, _: str) -> None:
        if self._server.tls is None or self._is_secure():
            self._say("502 5.5.1 no TLS here")
        elif self._answer(Stage.STARTTLS, "220 2.0.0 go ahead") == 220:
            self._greeted = False
            self._secure()

    def _auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() not in self._server.mechanisms:
            self._say("504 5.5.4 unknown mechanism")
            return
        if mechanism.upper() == "PLAIN":
            *_, user, password = _decoded(initial).split("\0")
        else:
            user = self._ask("VXNlcm5hbWU6")
            password = self._ask("UGFzc3dvcmQ6")
        known = self._server.users.get(user) == password
        usual = "235 2.7.0 welcome" if known else "535 5.7.8 wrong user or password"
        self._signed_in = self._answer(Stage.AUTH, usual) == 235

    def _mail(self, rest: str) -> None:
        path = PATH.fullmatch(rest)
        if not self._greeted or self._sender is not None or path is None:
            self._say("501 5.5.4 syntax" if path is None else "503 5.5.1 out of order")
        elif self._server.users and not self._signed_in:
            self._say("530 5.7.0 sign in first")
        elif self._answer(Stage.MAIL, "250 2.1.0 ok") == 250:
            self._sender = path[1]

    def _rcpt(self, rest: str) -> None:
        path = PATH.fullmatch(rest)
        if self._sender is None or path is None:
            self._say("501 5.5.4 syntax" if path is None else "503 5.5.1 out of order")
        elif self._recipient is not None:
            self._say("452 4.5.3 one recipient at a time")
        elif self._answer(Stage.RCPT, "250 2.1.5 ok", recipient=path[1]) == 250:
            self._recipient = path[1]

    def _data(self, _: str) -> None:
        if self._recipient is None and not self._server.careless:
            self._say("503 5.5.1 out of order")
        elif self._answer(Stage.DATA, "354 go on") == 354:
            self._take(self._body())

    def _take(self, content: bytes) -> None:
        # Kept before it is answered, as a careful server does: whoever reads the 250 finds it here.
        visit = self._visit(Stage.AFTER_BODY)
        number = self._server.keep(visit, content)
        code = self._server.visit(visit)
        if code is None:
            self._server.mark_answered(number)
            self._say("250 2.0.0 kept")
        elif code == 250:
            self._server.mark_answered(number)
        elif code >= 400:
            self._server.forget(number)
        self._sender = self._recipient = None

    def _rset(self, _: str) -> None:
        self._sender = self._recipient = None
        self._answer(Stage.RSET, "250 2.0.0 ok")

    def _noop(self, _: str) -> None:
        self._answer(Stage.NOOP, "250 2.0.0 ok")

    def _quit(self, _: str) -> None:
        self._answer(Stage.QUIT, "221 2.0.0 bye")
        raise HungUp

    def _answer(self, stage: Stage, usual: str, *, recipient: str = "") -> int:
        code = self._server.visit(self._visit(stage, recipient=recipient))
        if code is None:
            self._say(usual)
            code = int(usual[:3])
        return code

    def _visit(self, stage: Stage, *, recipient: str = "", size: int = 0, size_before: int = 0) -> Visit:
        recipient = recipient or self._recipient or ""
        return Visit(stage, self._number, self._sender or "", recipient, self.socket, self._closing, size, size_before)

    def _ask(self, challenge: str) -> str:
        self._say(f"334 {challenge}")
        return _decoded(self._line())

    def _say(self, answer: str) -> None:
        self.socket.sendall(f"{answer}\r\n".encode())

    def _line(self) -> str:
        while b"\r\n" not in self._buffer:
            self._buffer += self._hear()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode("utf-8", "replace")

    def _body(self) -> bytes:
        chunks = bytearray(b"\r\n")  # so that a first line that is the dot is an end as well
        coming, self._buffer = self._buffer, b""
        while True:
            coming = coming or self._hear()
            before = len(chunks)
            chunks += coming
            self._server.visit(self._visit(Stage.BODY, size=len(chunks) - 2, size_before=before - 2))
            end = chunks.find(END, max(0, before - len(END)))
            if end >= 0:
                self._buffer = bytes(chunks[end + len(END) :])
                return bytes(chunks[2 : end + 2]).replace(b"\r\n..", b"\r\n.").removeprefix(b".")
            coming = b""

    def _hear(self) -> bytes:
        heard = self.socket.recv(65536)
        if not heard:
            raise HungUp
        self._server.hear(heard)
        return heard

    def _secure(self) -> None:
        assert self._server.tls is not None
        self.socket = self._server.tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.socket.do_handshake()

    def _is_secure(self) -> bool:
        return isinstance(self.socket, ssl.SSLSocket)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "\0\0"
