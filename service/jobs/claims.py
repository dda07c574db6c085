"""Claiming what is due, a batch at a time, each row with the mail that goes out for it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.calendar_letters import record_perhaps_told
from rituals.delivery import Delivery
from rituals.errand import WAITING, Claimed, Lease, State
from rituals.outbox import Letter
from service.emails.desk import Desk
from service.jobs import drafts, letters
from service.jobs.packing import Packing
from service.jobs.parcel import Kind, Parcel
from service.logs import event
from service.services import Services

REFRESHED = {"populate_existing": True}


def claim(services: Services, desk: Desk, kind: Kind, *, limit: int) -> Iterator[Parcel]:
    """Hold up to `limit` due rows; those that are too late are closed on the way.

    Prompts must lie ready. Letters are written now, each saying how things stand.
    """
    with services.database.hurrying() as session:
        session.connection()  # the clock is read when the lock is ours: a lease must not age while we wait for it
        now = services.clock()
        packing = Packing.of(services, kind, Lease.take(now, services.settings.lease))
        ready = drafts.is_composed() if kind is Delivery else None
        rows = kind.claim(session, packing.lease, now=now, limit=limit, ready=ready)
        _close_late(session, kind, [row for row in rows if not row.is_held], now)
    held = [row for row in rows if row.is_held]
    with services.database.reading() as session:
        lying_ready = packing.lying_ready(session, held)
    unread = []
    for row in held:
        parcel = packing.parcel(row, lying_ready.get(row.id))
        if parcel is None:
            unread.append(row.id)
        else:
            yield parcel
    if unread:
        yield from _without_a_mail(services, desk, packing, unread)


def release(session: Session, parcel: Parcel) -> None:
    """Hand a row back untouched: its holder is going home."""
    parcel.kind.give_back(session, parcel.row_id, parcel.lease, try_at=parcel.due_at, copies=parcel.copies)


def _without_a_mail(services: Services, desk: Desk, packing: Packing, ids: Sequence[int]) -> list[Parcel]:
    """Letters are written; prompts are let go of, to be composed again.

    In a transaction of its own: whoever changes a plan locks its calendar's row before the letter to it.
    """
    with services.database.writing() as session:
        if packing.kind is Delivery:
            _let_go(session, ids, packing.lease)
            return []
        contents = letters.compose_these(session, services, desk, ids)
        ours = select(Letter).where(Letter.id.in_(ids), Letter.holder == packing.lease.holder).order_by(Letter.due_at)
        written = [row for row in session.scalars(ours) if row.id in contents]
        return [packing.packed(row, row.partner_id, row.to, contents[row.id]) for row in written]


def _let_go(session: Session, ids: Sequence[int], lease: Lease) -> None:
    ours = select(Delivery).where(Delivery.id.in_(ids), Delivery.holder == lease.holder).with_for_update()
    for delivery in session.scalars(ours):
        drafts.drop(session, Delivery, delivery.id)
        delivery.postpone(delivery.due_at)


def _close_late(session: Session, kind: Kind, rows: Sequence[Claimed], now: datetime) -> None:
    """Too late, or out of copies: the prompt goes back to the deck where nobody can have read it."""
    for row in rows:
        event(f"{kind.__tablename__}.{row.state.value}", id=row.id, copies=row.copies)
        drafts.drop(session, kind, row.id)
        if kind is Letter and row.state == State.UNKNOWN:
            record_perhaps_told(session, row.id, now)
    expired = [row.id for row in rows if row.state == State.EXPIRED]
    if kind is Delivery and expired:
        late = session.scalars(select(Delivery).where(Delivery.id.in_(expired)), execution_options=REFRESHED)
        for occurrence in {delivery.occurrence for delivery in late}:
            if not any(delivery.state in WAITING for delivery in occurrence.deliveries):
                occurrence.give_prompt_back()
