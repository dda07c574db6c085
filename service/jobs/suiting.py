"""Whether a time suits both, as far as their ritual hours say; what is taken in their calendars is asked apart."""

from datetime import datetime, timedelta

from rituals.act import Act
from rituals.news import Happening, News
from rituals.ritual_hours import allows

A_WEEK_AT_MOST = 6
"""A date that moves at once tells that the other is free, one that waits that they are not: so many may be tried."""
_TRIES = (Happening.MOVED, Happening.DATE_ASKED)


def suits_both(act: Act, starts_at: datetime, ends_at: datetime) -> bool:
    """Inside the ritual hours of both, outside whatever either keeps free, and not one try of very many."""
    tried = News.count(act.session, act.other, _TRIES, since=act.now - timedelta(weeks=1))
    return tried < A_WEEK_AT_MOST and allows(act.session, act.couple, starts_at, ends_at)
