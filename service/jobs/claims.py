"""Claiming what is due, a batch at a time, each row with the mail that goes out for it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.calendar_letters import record_perhaps_told
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import HELD, WAITING, Lease, State
from rituals.interfaces import Envelope
from rituals.outbox import Letter
from service.emails.desk import Desk
from service.jobs import drafts, letters
from service.jobs.parcel import Kind, Parcel
from service.logs import event
from service.services import Services

Row = Delivery | Letter


def claim(services: Services, desk: Desk, kind: Kind, *, limit: int) -> Iterator[Parcel]:
    """Hold up to `limit` due rows; those that are too late are closed on the way.

    Prompts must lie ready. Letters are written now, each saying how things stand.
    """
    with services.database.writing() as session:
        session.connection()  # the clock is read when the lock is ours: a lease must not age while we wait for it
        now = services.clock()
        lease = Lease.take(now, services.settings.lease)
        ready = drafts.is_composed() if kind is Delivery else None
        rows: list[Row] = [*kind.claim(session, lease, now=now, limit=limit, ready=ready)]
        rows.sort(key=lambda row: (row.due_at, row.id))
        _close_late(session, [row for row in rows if row.state not in HELD], now)
        held = [row for row in rows if row.state in HELD]
        contents = drafts.find(session, held, services.vault)
        _know_recipients(session, held)
        _let_go(session, [row for row in held if isinstance(row, Delivery) and row.id not in contents])
        parcels = [_parcel(row, contents[row.id], lease, services) for row in held if row.id in contents]
    yield from parcels
    unwritten = [row.id for row in held if isinstance(row, Letter) and row.id not in contents]
    if unwritten:
        yield from _write(services, desk, unwritten, lease)


def release(session: Session, parcel: Parcel) -> None:
    """Hand a row back untouched: its holder is going home."""
    parcel.kind.give_back(session, parcel.row_id, parcel.lease, try_at=parcel.due_at, copies=parcel.copies)


def _write(services: Services, desk: Desk, ids: Sequence[int], lease: Lease) -> list[Parcel]:
    """In a transaction of its own: whoever changes a plan locks its calendar's row before the letter to it."""
    with services.database.writing() as session:
        contents = letters.compose_these(session, services, desk, ids)
        ours = select(Letter).where(Letter.id.in_(ids), Letter.holder == lease.holder).order_by(Letter.due_at)
        return [_parcel(row, contents[row.id], lease, services) for row in session.scalars(ours) if row.id in contents]


def _let_go(session: Session, deliveries: Sequence[Delivery]) -> None:
    """Their drafts cannot be read, since a key was taken away: they are composed again."""
    for delivery in deliveries:
        drafts.drop(session, Delivery, delivery.id)
        delivery.postpone(delivery.due_at)


def _know_recipients(session: Session, rows: Sequence[Row]) -> None:
    ids = {row.partner_id for row in rows if isinstance(row, Delivery)}
    if ids:
        session.scalars(select(Partner).where(Partner.id.in_(ids))).all()


def _close_late(session: Session, rows: Sequence[Row], now: datetime) -> None:
    """Too late, or out of copies: the prompt goes back to the deck where nobody can have read it."""
    for row in rows:
        event(f"{row.__tablename__}.{row.state.value}", id=row.id, copies=row.copies)
        drafts.drop(session, type(row), row.id)
        if isinstance(row, Letter) and row.state == State.UNKNOWN:
            record_perhaps_told(session, row.id, now)
    for occurrence in {row.occurrence for row in rows if isinstance(row, Delivery) and row.state == State.EXPIRED}:
        if not any(delivery.state in WAITING for delivery in occurrence.deliveries):
            occurrence.give_prompt_back()


def _parcel(row: Row, content: bytes, lease: Lease, services: Services) -> Parcel:
    to = row.partner.address if isinstance(row, Delivery) else row.to
    return Parcel(
        kind=type(row),
        row_id=row.id,
        partner_id=row.partner_id,
        envelope=Envelope(services.settings.mail_from.address, to, content),
        lease=lease,
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        copies=row.copies,
    )
