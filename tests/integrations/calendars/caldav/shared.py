"""A calendar on a real server, with us on the one side and a phone on the other."""

from dataclasses import dataclass
from itertools import count

from integrations.calendars.caldav.provider import CaldavProvider
from rituals.calendar_interfaces import Access
from tests.simulators.caldav_phone import CaldavPhone

PASSWORD = "secret"
numbers = count(1)


@dataclass(frozen=True)
class Server:
    """A CalDAV server with users; where it knows one only, every test shares it."""

    name: str
    url: str

    @property
    def has_one_user(self) -> bool:
        return self.name == "xandikos"

    def new_user(self) -> str:
        return "anna" if self.has_one_user else f"anna{next(numbers)}"

    def home(self, user: str) -> str:
        return f"{self.url}/anna/calendars/" if self.has_one_user else f"{self.url}/{user}/"


@dataclass(frozen=True)
class Shared:
    """A calendar that we write to and a phone shows."""

    server: Server
    user: str
    provider: CaldavProvider
    access: Access
    phone: CaldavPhone


def path(address: str) -> str:
    return "/" + address.split("/", 3)[3]
