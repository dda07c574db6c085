"""What a server's refusal means for the calendar's owner."""

from integrations.http import Response, retry_after
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


def trouble(response: Response, what: str) -> CalendarError:
    """`what` says what we were about, for the log."""
    kind = BY_STATUS.get(response.status, Trouble.BUSY if response.status >= 500 else Trouble.ODD)
    return CalendarError(f"{what}: answered {response.status}", kind, retry_after=retry_after(response.headers))


def odd(what: str) -> CalendarError:
    return CalendarError(what, Trouble.ODD)
