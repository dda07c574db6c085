"""A whole calendar of ours, or what has changed in it, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.calendars.google.account import Account
from integrations.calendars.google.answer import Answer
from integrations.calendars.google.entry import FIELDS, Entry
from integrations.calendars.google.errors import AnsweredError
from rituals.calendar_interfaces import CalendarError, Trouble

ON_A_PAGE = 2500
MOST_PAGES = 20
EXPIRED = frozenset({400, 410})
"""A token that is too old, or that Google cannot read at all."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list had on all its pages."""

    entries: tuple[Entry, ...]
    token: str
    """To ask with for what comes after."""
    zone: str
    """The calendar's."""


def whole(account: Account, calendar: str) -> Listing:
    """Everything, dates that were deleted included.

    Not narrowed to one event, for nobody promises that a narrowed list has the deleted dates of its series;
    and the calendar is ours alone, so that it is never long.
    """
    return _listing(account, calendar, "")


def since(account: Account, calendar: str, token: str) -> Listing | None:
    """What has changed; None where the token is of no use any more."""
    try:
        return _listing(account, calendar, token)
    except AnsweredError as error:
        if error.status in EXPIRED:
            return None
        raise


def _listing(account: Account, calendar: str, token: str) -> Listing:
    entries: list[Entry] = []
    answer = Answer({})
    for answer in _pages(account, calendar, token):
        entries += map(Entry.of, answer.parts("items"))
    return Listing(tuple(entries), answer.text("nextSyncToken"), answer.text("timeZone") or "UTC")


def _pages(account: Account, calendar: str, token: str) -> Iterator[Answer]:
    page = ""
    for _ in range(MOST_PAGES):
        answer = account.ask(
            account.api.events.list(
                calendarId=calendar,
                maxResults=ON_A_PAGE,
                showDeleted=True,
                fields=f"nextPageToken,nextSyncToken,timeZone,items({FIELDS})",
                **{name: value for name, value in (("syncToken", token), ("pageToken", page)) if value},
            )
        )
        yield answer
        page = answer.text("nextPageToken")
        if not page:
            return
    raise CalendarError("Google: pages without end", Trouble.ODD)
