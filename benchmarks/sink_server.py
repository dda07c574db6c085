"""The sink's own process: as little work a mail as can be, so that what is measured is the sender."""

import json
import os
import selectors
import socket
import sys
import time
from heapq import heappop, heappush
from itertools import count

END = b"\r\n.\r\n"
NAME = b"\r\nMessage-ID: "
OK = b"250 2.0.0 ok\r\n"
GO_ON = b"354 go on\r\n"
BYE = b"221 2.0.0 bye\r\n"


class Guest:
    """One connection, and what it has said."""

    __slots__ = ("buffer", "in_body", "leaves", "recipient", "searched", "socket")

    def __init__(self, accepted: socket.socket) -> None:
        self.socket = accepted
        self.buffer = b""
        self.recipient = b""
        self.in_body = self.leaves = False
        self.searched = 0


class Server:
    """One thread, one loop; answers wait in a heap until their network time is over."""

    def __init__(self, *, delay: float, pipelining: bool, folder: str) -> None:
        self._delay = delay
        self._folder = folder
        self._greeting = b"250-sink\r\n250-8BITMIME\r\n" + (b"250 PIPELINING\r\n" if pipelining else b"250 HELP\r\n")
        self._letters: list[tuple[float, str, str]] = []
        self._waiting: list[tuple[float, int, Guest, bytes]] = []
        self._numbers = count()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)

    def run(self) -> None:
        """Until whoever started us hangs up."""
        while True:
            pause = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
            for key, _ in self._selector.select(pause):
                if isinstance(key.data, Guest):
                    self._listen(key.data)
                elif key.fileobj is self._listener:
                    self._welcome()
                elif not self._report(sys.stdin.readline().strip()):
                    return
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, _, guest, answer = heappop(self._waiting)
                self._say(guest, answer)

    def _welcome(self) -> None:
        accepted, _ = self._listener.accept()
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        guest = Guest(accepted)
        self._selector.register(accepted, selectors.EVENT_READ, guest)
        self._answer(guest, b"220 sink\r\n")

    def _listen(self, guest: Guest) -> None:
        try:
            heard = guest.socket.recv(65536)
        except OSError:
            heard = b""
        if not heard:
            self._part(guest)
            return
        guest.buffer += heard
        answers = b""
        while answer := self._body(guest) if guest.in_body else self._command(guest):
            answers += answer
        if answers:
            self._answer(guest, answers)

    def _command(self, guest: Guest) -> bytes:
        """The answer to the next command; empty if none has come whole."""
        line, end, rest = guest.buffer.partition(b"\r\n")
        if not end:
            return b""
        guest.buffer = rest
        verb = line[:4].upper()
        if verb == b"RCPT":
            guest.recipient = line[line.find(b"<") + 1 : line.rfind(b">")]
        elif verb == b"DATA":
            guest.in_body, guest.searched = True, 0
            guest.buffer = end + rest  # so that a body that is nothing but its final dot is found as well
            return GO_ON
        elif verb == b"EHLO":
            return self._greeting
        elif verb == b"QUIT":
            guest.leaves = True
            return BYE
        return OK

    def _body(self, guest: Guest) -> bytes:
        end = guest.buffer.find(END, guest.searched)
        if end < 0:
            guest.searched = max(0, len(guest.buffer) - len(END))
            return b""
        moment = time.time()
        start = guest.buffer.find(NAME, 0, end)
        stop = guest.buffer.find(b"\r\n", start + len(NAME)) if start >= 0 else 0
        name = guest.buffer[start + len(NAME) : stop] if start >= 0 else b""
        if self._folder:
            self._keep(guest.buffer[:end])
        self._letters.append((moment, guest.recipient.decode(), name.decode()))
        guest.buffer, guest.in_body = guest.buffer[end + len(END) :], False
        return OK

    def _keep(self, content: bytes) -> None:
        path = os.path.join(self._folder, f"{len(self._letters)}.eml")
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, content)
        os.close(file)

    def _answer(self, guest: Guest, answer: bytes) -> None:
        if self._delay:
            heappush(self._waiting, (time.monotonic() + self._delay, next(self._numbers), guest, answer))
        else:
            self._say(guest, answer)

    def _say(self, guest: Guest, answer: bytes) -> None:
        if guest.socket.fileno() < 0:
            return
        try:
            guest.socket.send(answer)
        except OSError:
            guest.leaves = True
        if guest.leaves:
            self._part(guest)

    def _part(self, guest: Guest) -> None:
        if guest.socket.fileno() >= 0:
            self._selector.unregister(guest.socket)
            guest.socket.close()

    def _report(self, question: str) -> bool:
        """Answer whoever started us; False when they have gone."""
        answers = {
            "port": lambda: str(self._listener.getsockname()[1]),
            "count": lambda: str(len(self._letters)),
            "letters": lambda: json.dumps(self._letters),
            "cpu": lambda: str(time.process_time()),
        }
        if question in answers:
            print(answers[question](), flush=True)
        return bool(question) and os.getppid() != 1


if __name__ == "__main__":
    Server(delay=float(sys.argv[1]), pipelining=sys.argv[2] == "1", folder="".join(sys.argv[3:4])).run()
