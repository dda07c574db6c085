"""What a server's refusal means for the calendar's owner."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from integrations.http import Response
from rituals.calendar_interfaces import CalendarError, Trouble

BY_STATUS = {
    401: Trouble.RECONNECT,
    402: Trouble.REFUSED,
    403: Trouble.REFUSED,
    404: Trouble.GONE,
    405: Trouble.REFUSED,
    410: Trouble.GONE,
    413: Trouble.REFUSED,
    429: Trouble.BUSY,
    500: Trouble.BUSY,
    502: Trouble.BUSY,
    503: Trouble.BUSY,
    504: Trouble.BUSY,
    507: Trouble.REFUSED,
}
ALWAYS = frozenset({401, 429, 500, 502, 503, 504})
"""They mean the same whatever was asked."""
LONGEST_WAIT = timedelta(days=1)


def trouble(response: Response, what: str) -> CalendarError:
    """`what` says what we were about, for the log."""
    kind = BY_STATUS.get(response.status, Trouble.BUSY if response.status >= 500 else Trouble.ODD)
    return CalendarError(f"{what}: answered {response.status}", kind, retry_after=_retry_after(response))


def odd(what: str) -> CalendarError:
    return CalendarError(what, Trouble.ODD)


def _retry_after(response: Response) -> timedelta | None:
    """In seconds, or until a date by the server's own clock."""
    text = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    until, now = _date(text), _date(response.headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max(until - now, timedelta()), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
