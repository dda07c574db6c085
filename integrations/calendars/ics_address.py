"""Calendars that are published at a private address (webcal), looked at for when their owner is taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.calendars.foreign import busy_times
from integrations.calendars.icalendar.mark import is_ours
from integrations.http import Guard, Response, Session, retry_after
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.stretch import Stretch

ACCEPTED = "text/calendar, application/ics;q=0.9, text/plain;q=0.5, */*;q=0.1"
_TROUBLES = {401: Trouble.REFUSED, 403: Trouble.REFUSED, 404: Trouble.GONE, 410: Trouble.GONE, 429: Trouble.BUSY}


@dataclass(frozen=True, slots=True)
class IcsAddresses:
    """Each look is a request of its own; nothing is kept of what came."""

    guard: Guard
    clock: Callable[[], datetime]
    ours: Callable[[str], bool] = is_ours

    def check(self, address: str) -> str:
        scheme, colon, rest = address.strip().partition("://")
        scheme = scheme.lower()
        if not colon:
            scheme, rest = "https", address.strip()
        # Such an address is a secret: it goes in clear only where everything stays in one's own network.
        secure = {"webcal": "https", "webcals": "https"} | ({} if self.guard.allow_private else {"http": "https"})
        scheme = secure.get(scheme, scheme)
        return self.guard.target(f"{scheme}://{rest}").url

    def busy(self, address: str, starts_at: datetime, ends_at: datetime, *, zone: str, owner: str) -> Sequence[Stretch]:
        with Session(self.guard) as session:
            answer = session.request("GET", address, headers={"Accept": ACCEPTED})
        if answer.status != 200:
            raise self._refusal(answer)
        return busy_times(answer.body, starts_at=starts_at, ends_at=ends_at, zone=zone, ours=self.ours, owner=owner)

    def _refusal(self, answer: Response) -> CalendarError:
        trouble = _TROUBLES.get(answer.status, Trouble.BUSY if answer.status >= 500 else Trouble.ODD)
        pause = retry_after(answer.headers, now=self.clock())
        return CalendarError(f"the address answered {answer.status}", trouble, retry_after=pause)
