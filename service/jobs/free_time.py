"""Finding times that suit both: the calendars are asked with no transaction open, and nothing of them is kept."""

import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.free_time import draw, free_for_both, starts_in
from rituals.occurrence import Occurrence, Standing
from rituals.offer import Offer, OfferState
from rituals.plan import Plan
from rituals.private_block import PrivateBlock
from rituals.ritual_hours import open_to
from rituals.stretch import Stretch
from service.jobs.busy import known_busy
from service.logs import event
from service.services import Services

PATIENCE = timedelta(minutes=5)
"""For so long a calendar that could not be read is asked again; then the answer is found without it."""


def find_a_time(services: Services) -> bool:
    """Settle the offer that has waited longest. False: none is due."""
    with services.database.reading() as session:
        next_at = Offer.next_at(session)
        if next_at is None or next_at > services.clock():
            return False
    with services.database.writing() as session:
        session.connection()
        now = services.clock()
        offer = Offer.claim(session, now)
        if offer is None:
            return False
        offer_id, waited, window = offer.id, now - offer.asked_at, offer.window(now)
        partners = [partner.id for partner in offer.couple.partners]
    known = [known_busy(services, partner, *window) for partner in partners]
    if waited < PATIENCE and any(one.may_be_read_soon for one in known):
        return True  # it comes round again when its lease is over
    settle(services, offer_id, [stretch for one in known for stretch in one.taken])
    return True


def settle(services: Services, offer_id: int, taken: list[Stretch]) -> None:
    """Draw the three, unless somebody was quicker: what was found first stays."""
    with services.database.writing() as session:
        session.connection()
        offer = session.get(Offer, offer_id, with_for_update=True)
        if offer is None or offer.state != OfferState.ASKED:
            return
        couple, whole = offer.couple, Stretch(*offer.window(services.clock()))
        hours = [open_to(session, partner, whole.starts_at, whole.ends_at) for partner in couple.partners]
        free = free_for_both([*hours, [whole]], [*taken, *_own(session, offer, whole)])
        starts = list(starts_in(free, offer.length)) if couple.is_open and len(hours) == 2 else []
        offer.fill(draw(starts, secrets.SystemRandom()))
        event("offer.settled", id=offer_id, state=offer.state.value)


def _own(session: Session, offer: Offer, whole: Stretch) -> list[Stretch]:
    """What the two keep free for themselves, and what they have planned already."""
    partners = [partner.id for partner in offer.couple.partners]
    blocks = PrivateBlock.between(session, partners, whole.starts_at, whole.ends_at)
    planned = (
        select(Occurrence)
        .join(Plan, Plan.id == Occurrence.plan_id)
        .where(
            Plan.couple_id == offer.couple_id,
            Occurrence.standing == Standing.PLANNED,
            Occurrence.starts_at < whole.ends_at,
            Occurrence.ends_at > whole.starts_at,
        )
    )
    return [Stretch(one.starts_at, one.ends_at) for one in (*blocks, *session.scalars(planned))]
