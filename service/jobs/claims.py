"""Claiming what is due, a batch at a time, each row with the mail that goes out for it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import HELD, WAITING, Lease, State, backoff
from rituals.interfaces import Envelope
from rituals.outbox import Letter
from service.emails.desk import Desk
from service.jobs import drafts, letters, prompts
from service.jobs.parcel import Kind, Parcel
from service.logs import event
from service.services import Services

Row = Delivery | Letter


def claim(services: Services, desk: Desk, kind: Kind, *, limit: int) -> list[Parcel]:
    """Hold up to `limit` due rows; those that are too late are closed on the way."""
    with services.database.writing() as session:
        session.connection()  # the clock is read when the lock is ours: a lease must not age while we wait for it
        now = services.clock()
        lease = Lease.take(now, services.settings.lease)
        rows: list[Row] = [*kind.claim(session, lease, now=now, limit=limit)]
        rows.sort(key=lambda row: (row.due_at, row.id))
        _close_late(session, [row for row in rows if row.state not in HELD])
        held = [row for row in rows if row.state in HELD]
        contents = drafts.find(session, held, services.vault)
        _know_recipients(session, held)
        parcels = [_parcel(row, contents[row.id], lease, services) for row in held if row.id in contents]
    missing = [row.id for row in held if row.id not in contents]
    if missing:
        parcels += _compose(services, desk, kind, missing, lease)
    return parcels


def release(session: Session, parcel: Parcel) -> None:
    """Hand a row back untouched: its holder is going home."""
    parcel.kind.give_back(session, parcel.row_id, parcel.lease, try_at=parcel.due_at, copies=parcel.copies)


def _compose(services: Services, desk: Desk, kind: Kind, ids: Sequence[int], lease: Lease) -> list[Parcel]:
    """In a transaction of its own: whoever changes a plan locks it before its rows, and so does composing."""
    with services.database.writing() as session:
        contents = _contents(session, services, desk, kind, ids)
        rows: list[Row] = [*session.scalars(select(kind).where(kind.id.in_(ids), kind.holder == lease.holder))]
        parcels = []
        for row in sorted(rows, key=lambda row: (row.due_at, row.id)):
            if row.id in contents:
                parcels.append(_parcel(row, contents[row.id], lease, services))
            elif row.state in WAITING:  # it cannot be written: later perhaps, and nobody else waits for it
                row.postpone(services.clock() + backoff(row.attempts))
        return parcels


def _contents(session: Session, services: Services, desk: Desk, kind: Kind, ids: Sequence[int]) -> Mapping[int, bytes]:
    if kind is Letter:
        return letters.compose_these(session, services, desk, ids)
    prompts.lock(session, ids)
    return prompts.compose_these(session, services, desk, ids, services.clock())


def _know_recipients(session: Session, rows: Sequence[Row]) -> None:
    ids = {row.partner_id for row in rows if isinstance(row, Delivery)}
    if ids:
        session.scalars(select(Partner).where(Partner.id.in_(ids))).all()


def _close_late(session: Session, rows: Sequence[Row]) -> None:
    """Too late, or out of copies: the prompt goes back to the deck where nobody can have read it."""
    for row in rows:
        event(f"{row.__tablename__}.{row.state.value}", id=row.id, copies=row.copies)
        drafts.drop(session, type(row), row.id)
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
