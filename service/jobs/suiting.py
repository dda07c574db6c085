"""Whether a time suits both, as far as is known: their ritual hours, and what is taken in their calendars."""

from collections.abc import Sequence
from datetime import datetime

from rituals.act import Act
from rituals.ritual_hours import allows
from rituals.stretch import Stretch
from service.jobs.busy import known_busy
from service.services import Services


def suits_both(act: Act, starts_at: datetime, ends_at: datetime) -> bool:
    """Inside the ritual hours of both, and outside whatever either keeps free."""
    return allows(act.session, act.couple, starts_at, ends_at)


def busy_elsewhere(services: Services, partner_id: int, starts_at: datetime, ends_at: datetime) -> Sequence[Stretch]:
    """When this partner is taken, by the calendars that may be asked; what is not known keeps nobody from moving."""
    return known_busy(services, partner_id, starts_at, ends_at).taken
