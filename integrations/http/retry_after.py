"""When a server that refuses says it may be asked again (RFC 9110, section 10.2.3)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = timedelta(days=1)


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> timedelta | None:
    """How long to wait, a day at most; None where it does not say, or nothing that makes sense.

    A date is counted from `now`, without it from the server's own clock. Header names are in lower case.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST_PAUSE)
    until, since = _date(text), now or _date(headers.get("date", ""))
    if until is None or since is None:
        return None
    return min(max(until - since, timedelta()), LONGEST_PAUSE)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
