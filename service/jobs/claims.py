"""Claiming what is due, a batch at a time, each row with the mail that goes out for it."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from rituals.delivery import Delivery
from rituals.errand import HELD, Lease, State
from rituals.interfaces import Envelope
from rituals.occurrence import Occurrence
from rituals.outbox import Letter
from service.emails.desk import Desk
from service.emails.mime import compose
from service.jobs import drafts, letters, prompts
from service.jobs.parcel import Kind, Parcel
from service.logs import event
from service.services import Services


def claim(services: Services, desk: Desk, kind: Kind, *, limit: int) -> list[Parcel]:
    """Hold up to `limit` due rows; those that are too late are closed on the way."""
    now = services.clock()
    lease = Lease.take(now, services.settings.lease)
    with services.database.writing() as session:
        rows = kind.claim(session, lease, now=now, limit=limit)
        _close_late(session, [row for row in rows if row.state not in HELD])
        held = [row for row in rows if row.state in HELD]
        return [
            _parcel(row, content, lease, services)
            for row, content in zip(held, _contents(session, services, desk, held), strict=True)
            if content is not None
        ]


def _contents(
    session: Session, services: Services, desk: Desk, rows: Sequence[Delivery | Letter]
) -> list[bytes | None]:
    if not rows:
        return []
    contents: dict[int, bytes] = drafts.find(session, rows, services.vault)
    missing = [row for row in rows if row.id not in contents]
    deliveries = [row.id for row in missing if isinstance(row, Delivery)]
    if deliveries:
        contents |= prompts.compose_these(session, services, desk, deliveries, services.clock())
    for row in missing:
        if isinstance(row, Letter):
            content = _write(session, services, desk, row)
            if content is not None:
                contents[row.id] = content
    return [contents.get(row.id) for row in rows]


def _write(session: Session, services: Services, desk: Desk, row: Letter) -> bytes | None:
    now = services.clock()
    mail = letters.write(session, desk, row, now)
    if mail is None:
        row.withdraw()
        return None
    content = compose(mail)
    drafts.keep(session, row, content, services.vault, now)
    return content


def _close_late(session: Session, rows: Sequence[Delivery | Letter]) -> None:
    """Too late, or out of copies: the prompt goes back to the deck where nobody can have read it."""
    for row in rows:
        event(f"{row.__tablename__}.{row.state.value}", id=row.id, copies=row.copies)
        drafts.drop(session, type(row), row.id)
        if isinstance(row, Delivery) and row.state == State.EXPIRED:
            _give_prompt_back(session, row.occurrence)


def _give_prompt_back(session: Session, occurrence: Occurrence) -> None:
    session.flush()
    occurrence.give_prompt_back()


def _parcel(row: Delivery | Letter, content: bytes, lease: Lease, services: Services) -> Parcel:
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
        is_careful=row.state == State.RETRYING,
    )


def release(session: Session, parcel: Parcel) -> None:
    """Hand a row back untouched: its holder is going home."""
    held = update(parcel.kind).where(
        parcel.kind.id == parcel.row_id,
        parcel.kind.holder == parcel.lease.holder,
        parcel.kind.state == State.HANDING,
    )
    session.execute(held.values(state=State.PLANNED, holder=None, try_at=parcel.due_at))
    careful = update(parcel.kind).where(
        parcel.kind.id == parcel.row_id,
        parcel.kind.holder == parcel.lease.holder,
        parcel.kind.state == State.RETRYING,
    )
    session.execute(careful.values(try_at=parcel.due_at))
