"""The machine's network: names are looked up and connections opened, nothing for longer than allowed."""

import socket
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol


class Network(Protocol):
    """Both raise OSError, and nothing else."""

    def lookup(self, host: str, *, seconds: float) -> Sequence[str]:
        """The numeric addresses of a host, best first."""
        ...

    def connect(self, address: str, port: int, *, seconds: float) -> socket.socket: ...


class SystemNetwork:
    """The real one. No proxy is used: one would look names up again, and reach what we may not."""

    def lookup(self, host: str, *, seconds: float) -> Sequence[str]:
        answers: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()
        # The system's lookup knows no timeout: it may go on by itself for as long as it likes.
        Thread(target=_look_up, args=(host, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            raise TimeoutError("no answer in time") from None
        if isinstance(answer, OSError):
            raise answer
        return answer

    def connect(self, address: str, port: int, *, seconds: float) -> socket.socket:
        return socket.create_connection((address, port), timeout=seconds)


def _look_up(host: str, answers: SimpleQueue[Sequence[str] | OSError]) -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        answers.put(error)
    except UnicodeError:
        answers.put(OSError("no name that can be looked up"))
    else:
        answers.put(list(dict.fromkeys(str(address[0]) for *_, address in found)))
