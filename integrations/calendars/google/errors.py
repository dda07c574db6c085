"""What Google's refusals mean for us, by status and reason."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta

from integrations.calendars.google.answer import Answer
from integrations.http import retry_after
from rituals.calendar_interfaces import CalendarError, Trouble

TOO_MANY = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "RESOURCE_EXHAUSTED"}
)
"""403 that will pass."""
BY_REASON = {
    # Only the first can be cured by the calendar's owner, the others by whoever runs this program.
    "invalid_grant": Trouble.RECONNECT,
    "invalid_client": Trouble.ODD,
    "unauthorized_client": Trouble.ODD,
    "accessNotConfigured": Trouble.ODD,
    **dict.fromkeys(TOO_MANY, Trouble.BUSY),
}
BY_STATUS = {
    401: Trouble.RECONNECT,
    403: Trouble.REFUSED,
    404: Trouble.GONE,
    410: Trouble.GONE,
}
PUSHES = "push."
"""Reasons that speak of the address to be called, whatever the status: a 401 of them says nothing of the token."""
PASSING = {408: Trouble.BUSY, 429: Trouble.BUSY}


class AnsweredError(CalendarError):
    """Google answered, and the answer was no."""

    def __init__(self, status: int, reason: str, trouble: Trouble, *, retry_after: timedelta | None = None) -> None:
        super().__init__(f"Google: {status} {reason}".rstrip(), trouble, retry_after=retry_after)
        self.status = status
        self.reason = reason

    @property
    def is_absent(self) -> bool:
        """What was named is not there, or not any more."""
        return self.trouble is Trouble.GONE


def answered(status: int, headers: Mapping[str, str], content: bytes) -> AnsweredError:
    """The error that this answer is. The server's own sentences are left out: they repeat addresses."""
    fields = _fields(content)
    of_api, of_oauth = _reason_of_api(fields.part("error")), _plain(fields.text("error"))
    reason = of_api or of_oauth
    trouble = _trouble(status, reason, is_google=bool(of_api))
    return AnsweredError(status, reason, trouble, retry_after=retry_after(headers))


def _trouble(status: int, reason: str, *, is_google: bool) -> Trouble:
    if status >= 500:
        return Trouble.BUSY
    if reason.startswith(PUSHES):
        return Trouble.REFUSED
    # What is not in Google's words comes from something on the way: nobody's calendar is given up for that.
    known = BY_REASON.get(reason) or (BY_STATUS.get(status) if is_google else None)
    return known or PASSING.get(status, Trouble.ODD)


def _fields(content: bytes) -> Answer:
    try:
        return Answer.of(json.loads(content))
    except (ValueError, RecursionError, CalendarError):
        return Answer({})


def _reason_of_api(error: Answer) -> str:
    """As 'rateLimitExceeded'; in newer errors as 'RESOURCE_EXHAUSTED'."""
    reasons = [one.text("reason") for one in error.parts("errors")]
    return _plain(next(iter(reasons), "") or error.text("status"))


def _plain(reason: str) -> str:
    return reason if re.fullmatch(r"[A-Za-z._]{1,60}", reason) else ""
