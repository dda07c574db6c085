"""Push channels: who wants to be told that something in a calendar has changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.google_calendar.api_error import invalid


@dataclass(slots=True)
class Channel:
    """Tells one address that something in one calendar has changed, never what."""

    id: str
    calendar_id: str
    client: str
    account: str
    address: str
    token: str
    resource_id: str
    resource_uri: str
    expires_at: datetime
    messages: int = 0

    def headers(self, state: str) -> dict[str, str]:
        """Of its next message; `state` is sync, exists or not_exists."""
        self.messages += 1
        token = {"X-Goog-Channel-Token": self.token} if self.token else {}
        return {
            "X-Goog-Channel-ID": self.id,
            "X-Goog-Message-Number": str(self.messages),
            "X-Goog-Resource-ID": self.resource_id,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": self.resource_uri,
            "X-Goog-Channel-Expiration": f"{self.expires_at:%a, %d %b %Y %H:%M:%S GMT}",
            **token,
        }


@dataclass(slots=True)
class Channels:
    """All that are open. `send` hands a message to whoever delivers it."""

    now: Callable[[], datetime]
    send: Callable[[Channel, str], None]
    open: dict[str, Channel] = field(default_factory=dict)

    def changed(self, calendar_id: str, state: str = "exists") -> None:
        for channel in list(self.open.values()):
            if self.now() >= channel.expires_at:
                del self.open[channel.id]
            elif channel.calendar_id == calendar_id:
                self.send(channel, state)
                if state == "not_exists":
                    del self.open[channel.id]

    def start(self, channel: Channel) -> None:
        if channel.id in self.open:
            raise invalid("Channel id not unique", reason="channelIdNotUnique")
        self.open[channel.id] = channel
        self.send(channel, "sync")

    def close_all(self, account: str) -> None:
        """Whose access was taken back hears nothing more."""
        self.open = {name: one for name, one in self.open.items() if one.account != account}
