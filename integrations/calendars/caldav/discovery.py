"""From what somebody typed to their calendars (RFC 6764, RFC 4791, section 6)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from integrations.calendars.caldav.account import WAYS, Account, Shelf
from integrations.calendars.caldav.dialogue import Dialogue, xml_headers
from integrations.calendars.caldav.known_servers import Candidate, candidates
from integrations.calendars.caldav.xml import document, props
from integrations.http import Guard, Session
from rituals.calendar_interfaces import CalendarError, Trouble

LOOK_ELSEWHERE = frozenset({Trouble.ODD, Trouble.GONE, Trouble.REFUSED})
"""Nothing is served at this address; another on the same server may do."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """An account that lets us in."""

    dialogue: Dialogue
    account: Account
    shelves: Sequence[Shelf]
    """All its calendars; or the one whose own address was given."""


@contextmanager
def discover(guard: Guard, *, place: str, user: str, password: str) -> Iterator[Discovered]:
    """The first address that leads to calendars. Raises CalendarError.

    The password goes to the server that was named, or to where that server's well-known address points over
    https, and is not tried all over the place: a wrong one would soon be taken for an attack.
    """
    failure = CalendarError("nothing here speaks CalDAV", Trouble.ODD)
    for candidate in candidates(place, user, in_clear=guard.allow_private):
        url = _located(guard, candidate)
        if url is None:
            continue
        dialogue = Dialogue(guard, user=user, password=password, home=url)
        try:
            found = _look(dialogue, url)
        except CalendarError as error:
            dialogue.close()
            if error.trouble not in LOOK_ELSEWHERE and not (error.trouble is Trouble.RECONNECT and candidate.is_guess):
                raise
            failure = error if error.trouble is Trouble.RECONNECT else failure
            continue
        try:
            yield found
        finally:
            dialogue.close()
        return
    raise failure


def _located(guard: Guard, candidate: Candidate) -> str | None:
    """Where a well-known address points; None where the server has none."""
    if not candidate.is_well_known:
        return candidate.url
    with Session(guard) as session:
        body = document("d:propfind", props(WAYS))
        response = session.request("PROPFIND", candidate.url, headers=xml_headers(), body=body)
    # A 401 there is as good: behind it may be what we look for.
    return response.url if response.status in {207, 401} or response.url != candidate.url else None


def _look(dialogue: Dialogue, url: str) -> Discovered:
    account = Account(dialogue, url)
    itself = account.itself()
    return Discovered(dialogue, account, [itself] if itself is not None else account.shelves)
