"""A calendar on a real server, with us on the one side and a phone on the other."""

from dataclasses import dataclass
from itertools import count

from integrations.calendars.caldav.provider import CaldavProvider
from rituals.calendar_interfaces import Access
from tests.simulators.caldav_phone import CaldavPhone

numbers = count(1)


@dataclass(frozen=True)
class Server:
    """A CalDAV server with users; where it knows one only, every test shares it."""

    name: str
    url: str

    def new_user(self) -> str:
        return f"anna{next(numbers)}" if self.name == "radicale" else "anna"

    def home(self, user: str) -> str:
        return f"{self.url}/{user}/" if self.name == "radicale" else f"{self.url}/anna/calendars/"


@dataclass(frozen=True)
class Shared:
    """A calendar that we write to and a phone shows."""

    server: Server
    user: str
    provider: CaldavProvider
    access: Access
    phone: CaldavPhone
