"""A day before each date: does it now meet something? And once after it was added: can a calendar be read?"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.calendar_interfaces import CalendarError
from rituals.collision import Collision, Look
from rituals.couple import Partner
from rituals.ics_address import IcsAddress
from rituals.occurrence import Occurrence
from rituals.offer import Offer
from rituals.refused import RefusedError
from rituals.zone import wall_clock
from service.jobs.busy import known_busy, look_at_address
from service.services import Services

AT_ONCE = 200
PATIENCE = timedelta(hours=25)
"""Until so long before its start, a calendar that cannot be read is asked again."""
TRIED = timedelta(days=14)
"""A new address is tried by looking so far ahead."""


def looks_due(services: Services) -> Sequence[Look]:
    """Some dates that begin in a day, for whom nobody has looked yet."""
    with services.database.reading() as session:
        return Collision.due(session, services.clock(), AT_ONCE)


def try_an_address(services: Services) -> bool:
    """Read a calendar that was just added, so that its owner sees whether it works. False: none is new."""
    with services.database.reading() as session:
        if not IcsAddress.is_any_new(session, services.clock()):
            return False
    with services.database.writing() as session:
        session.connection()
        now = services.clock()
        claimed = IcsAddress.claim(session, now)
        address_id = claimed.id if claimed is not None else None
    if address_id is None:
        return False
    with suppress(CalendarError):  # it stands beside the address now
        look_at_address(services, address_id, now, now + TRIED)
    return True


def look(services: Services, due: Look) -> bool:
    """Whether it was looked at for good; else it comes round again."""
    with services.database.reading() as session:
        occurrence = session.get(Occurrence, due.occurrence_id)
        if occurrence is None:
            return False
        starts_at, ends_at = occurrence.starts_at, occurrence.ends_at
    known = known_busy(services, due.partner_id, starts_at, ends_at)
    if known.may_be_read_soon and starts_at - services.clock() > PATIENCE:
        return False
    collides = known.touches(starts_at, ends_at)
    if collides:
        _have_times_ready(services, due)
    return _note(services, due, starts_at, collides=collides)


def _note(services: Services, due: Look, starts_at: datetime, *, collides: bool) -> bool:
    with services.database.writing() as session:
        act = _act(session, services, due)
        date = Occurrence.of(session, act.by, due.occurrence_id, lock=True) if act is not None else None
        if act is None or date is None:
            return False
        Collision.note(act, date, starts_at, collides=collides)
    return True


def _have_times_ready(services: Services, due: Look) -> None:
    """Pinned like all offers, and of the ritual's usual length, as if somebody had asked in the form: the other
    can see what is pinned. Where no more are made for that week, there is none to move to.

    In a transaction of its own: it locks the couple, which everybody locks before a plan.
    """
    with services.database.writing() as session, suppress(RefusedError):
        act, date = _act(session, services, due), session.get(Occurrence, due.occurrence_id)
        if act is not None and date is not None:
            ritual = services.catalogue.get(date.plan.ritual)
            length = ritual.duration if ritual is not None else date.ends_at - date.starts_at
            minutes = length // timedelta(minutes=1)
            Offer.ask(act, date.plan.ritual, minutes, wall_clock(date.starts_at, act.by.zone).date())


def _act(session: Session, services: Services, due: Look) -> Act | None:
    session.connection()  # the clock is read when the lock is ours
    partner = session.get(Partner, due.partner_id)
    if partner is None or not partner.is_coupled:
        return None
    return Act(session, partner, services.clock(), services.settings.prompt_window)
