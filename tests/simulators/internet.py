"""An internet of our own: names lead to addresses, and addresses to servers on loopback."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Internet:
    """What the guard takes for the network, so that it can be tried as strict as it is outside of tests."""

    names: dict[str, Sequence[str]]
    servers: dict[str, int] = field(default_factory=dict)
    """By address: the port on loopback where it really listens."""
    connected: list[tuple[str, int]] = field(default_factory=list)

    def lookup(self, host: str, *, seconds: float) -> Sequence[str]:
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.names[host]

    def connect(self, address: str, port: int, *, seconds: float) -> socket.socket:
        self.connected.append((address, port))
        if address not in self.servers:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.servers[address]), timeout=seconds)
