"""Claiming what is due, a batch at a time, each row with the mail that goes out for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.calendar_letters import record_perhaps_told
from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import WAITING, Claimed, Lease, State
from rituals.interfaces import Envelope, Sealer
from rituals.outbox import Draft, Letter
from service.emails.desk import Desk
from service.jobs import drafts, letters
from service.jobs.parcel import Kind, Parcel
from service.logs import event
from service.return_paths import ReturnPaths
from service.services import Services

REFRESHED = {"populate_existing": True}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A mail as it lies ready, with what its envelope says."""

    partner_id: int | None
    to: str
    for_at: datetime
    content: bytes


def claim(services: Services, desk: Desk, kind: Kind, *, limit: int) -> Iterator[Parcel]:
    """Hold up to `limit` due rows; those that are too late are closed on the way.

    Prompts must lie ready. Letters are written now, each saying how things stand.
    """
    with services.database.writing() as session:
        session.connection()  # the clock is read when the lock is ours: a lease must not age while we wait for it
        now = services.clock()
        lease = Lease.take(now, services.settings.lease)
        ready = drafts.is_composed() if kind is Delivery else None
        rows = kind.claim(session, lease, now=now, limit=limit, ready=ready)
        _close_late(session, kind, [row for row in rows if not row.is_held], now)
        held = [row for row in rows if row.is_held]
        lying_ready = _sealed(session, kind, held)
    unread = []
    for row in held:
        parcel = _parcel(kind, row, lying_ready.get(row.id), lease, services)
        if parcel is None:
            unread.append(row.id)
        else:
            yield parcel
    if unread:
        yield from _without_a_mail(services, desk, kind, unread, lease)


def release(session: Session, parcel: Parcel) -> None:
    """Hand a row back untouched: its holder is going home."""
    parcel.kind.give_back(session, parcel.row_id, parcel.lease, try_at=parcel.due_at, copies=parcel.copies)


def _sealed(session: Session, kind: Kind, rows: Sequence[Claimed]) -> dict[int, Sealed]:
    """The mails that lie ready. A letter that never left is written anew: it may have more to say by now."""
    mail = (Draft.for_at, Draft.sealed)
    if kind is Delivery:
        of_prompts = select(Delivery.id, Delivery.partner_id, Partner.address, *mail)
        of_prompts = of_prompts.join(Draft, Draft.delivery_id == Delivery.id).join(Delivery.partner)
        found = session.execute(of_prompts.where(Delivery.id.in_([row.id for row in rows]))).all()
        return {row_id: Sealed(partner_id, to, at, content) for row_id, partner_id, to, at, content in found}
    of_letters = select(Letter.id, Letter.partner_id, Letter.to, *mail).join(Draft, Draft.letter_id == Letter.id)
    again = session.execute(of_letters.where(Letter.id.in_([row.id for row in rows if row.copies]))).all()
    return {row_id: Sealed(partner_id, to, at, content) for row_id, partner_id, to, at, content in again}


def _parcel(kind: Kind, row: Claimed, sealed: Sealed | None, lease: Lease, services: Services) -> Parcel | None:
    """None where no mail lies ready for its present start, or it cannot be read, since its key was taken away."""
    if sealed is None or sealed.for_at != row.due_at:
        return None
    content = _opened(sealed.content, services.strongbox)
    if content is None:
        return None
    return Parcel(
        kind=kind,
        row_id=row.id,
        partner_id=sealed.partner_id,
        envelope=Envelope(_sender(services, kind, row.id), sealed.to, content),
        lease=lease,
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        copies=row.copies,
    )


def _sender(services: Services, kind: Kind, row_id: int) -> str:
    """What cannot be delivered comes back there."""
    return ReturnPaths.of(services.settings).sender_for(kind, row_id)


def _opened(sealed: bytes, strongbox: Sealer) -> bytes | None:
    try:
        return strongbox.open(sealed)
    except ValueError:
        return None


def _without_a_mail(services: Services, desk: Desk, kind: Kind, ids: Sequence[int], lease: Lease) -> list[Parcel]:
    """Letters are written; prompts are let go of, to be composed again.

    In a transaction of its own: whoever changes a plan locks its calendar's row before the letter to it.
    """
    with services.database.writing() as session:
        if kind is Delivery:
            _let_go(session, ids, lease)
            return []
        contents = letters.compose_these(session, services, desk, ids)
        ours = select(Letter).where(Letter.id.in_(ids), Letter.holder == lease.holder).order_by(Letter.due_at)
        written = [row for row in session.scalars(ours) if row.id in contents]
        return [_letter(row, contents[row.id], lease, services) for row in written]


def _letter(row: Letter, content: bytes, lease: Lease, services: Services) -> Parcel:
    return Parcel(
        kind=Letter,
        row_id=row.id,
        partner_id=row.partner_id,
        envelope=Envelope(_sender(services, Letter, row.id), row.to, content),
        lease=lease,
        due_at=row.due_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        copies=row.copies,
    )


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
