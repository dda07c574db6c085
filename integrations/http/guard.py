"""What is asked of whom: which addresses, for how long, how much."""

import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from integrations.http.deadline import Deadline
from integrations.http.network import Network, SystemNetwork
from integrations.http.network_addresses import may_be_asked
from integrations.http.target import Target
from integrations.http.wire import Wire
from rituals.calendar_interfaces import CalendarError, Trouble

WITHIN = timedelta(seconds=20)
LARGEST = 10 * 1024 * 1024


@cache
def _system_trust() -> ssl.SSLContext:
    """Reading all its certificates takes tens of milliseconds."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Guard:
    """Opens connections to addresses that were checked; kept once, for all sessions and threads."""

    allow_private: bool = False
    """Whether this machine and its own network may be asked, on any port and in clear."""
    within: timedelta = WITHIN
    """For one request altogether: the lookup, connecting, TLS, headers, body, redirects."""
    largest: int = LARGEST
    """Bytes of a body, unpacked."""
    network: Network = field(default_factory=SystemNetwork)
    trust: ssl.SSLContext = field(default_factory=_system_trust)

    def target(self, url: str) -> Target:
        """Raises CalendarError, UNSAFE."""
        return Target.parse(url, allow_private=self.allow_private)

    def connect(self, target: Target, deadline: Deadline) -> Wire:
        """Raises OSError; CalendarError, UNSAFE, where the name leads nowhere that may be asked."""
        addresses = self._addresses(target.host, deadline)
        failure = OSError("nowhere to connect to")
        for tried, address in enumerate(addresses):
            # A dead IPv6 address must not eat the time of the IPv4 address after it.
            share = deadline.left() / (len(addresses) - tried)
            try:
                connection = self.network.connect(address, target.port, seconds=share)
            except OSError as error:
                failure = error
                continue
            return Wire.over(connection, self.trust if target.is_private else None, target.host, deadline)
        raise failure

    def _addresses(self, host: str, deadline: Deadline) -> list[str]:
        """Looked up once: what is connected to is what was checked, whatever the name says a moment later."""
        found = self.network.lookup(host, seconds=deadline.left())
        fine = [address for address in found if may_be_asked(address, allow_private=self.allow_private)]
        if not fine:
            raise CalendarError("the address is not one of the open internet", Trouble.UNSAFE)
        return fine
