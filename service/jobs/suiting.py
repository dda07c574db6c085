"""Whether a time suits both, as far as is known: their ritual hours, and what is taken in their calendars."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rituals.act import Act
from rituals.news import Happening, News
from rituals.ritual_hours import allows
from rituals.stretch import Stretch
from service.jobs.busy import known_busy
from service.services import Services

A_WEEK_AT_MOST = 6
"""A date that moves at once tells that the other is free, one that waits that they are not: so many may be tried."""
_TRIES = (Happening.MOVED, Happening.DATE_ASKED)


def suits_both(act: Act, starts_at: datetime, ends_at: datetime) -> bool:
    """Inside the ritual hours of both, outside whatever either keeps free, and not one try of very many."""
    tried = News.count(act.session, act.other, _TRIES, since=act.now - timedelta(weeks=1))
    return tried < A_WEEK_AT_MOST and allows(act.session, act.couple, starts_at, ends_at)


def busy_elsewhere(services: Services, partner_id: int, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
    """When this partner is taken, by the calendars that may be asked; what is not known keeps nobody from moving."""
    return known_busy(services, partner_id, starts_at, ends_at).taken
