"""One relay, and what all connections to it share."""

from collections.abc import Callable
from dataclasses import dataclass

from integrations.mail.relay import Relay
from integrations.mail.share import Share
from integrations.mail.standing import Standing


@dataclass(frozen=True, slots=True)
class Pool:
    """Each relay has its own, so that a slow or refusing one slows only what goes through it."""

    relay: Relay
    standing: Standing
    share: Share

    @classmethod
    def of(cls, relay: Relay, elapsed: Callable[[], float]) -> "Pool":
        return cls(relay, Standing(relay.connections, elapsed), Share(relay.rate, elapsed))
