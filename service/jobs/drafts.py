"""Composed mails, kept sealed until they have gone."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rituals.delivery import Delivery
from rituals.interfaces import Sealer
from rituals.outbox import Draft, Letter
from service.jobs.parcel import Kind


def keep(session: Session, row: Delivery | Letter, content: bytes, vault: Sealer, now: datetime) -> None:
    """The mail of this row, from here on; it takes the place of a stale one."""
    key = "delivery_id" if isinstance(row, Delivery) else "letter_id"
    values = {key: row.id, "made_at": now, "for_at": row.due_at, "sealed": vault.seal(content)}
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(Draft) if is_sqlite else postgresql.insert(Draft)
    session.execute(
        insert.values(values).on_conflict_do_update(
            index_elements=[key],
            set_={name: values[name] for name in ("made_at", "for_at", "sealed")},
            where=insert.excluded.for_at != Draft.for_at,
        )
    )


def find(session: Session, rows: Iterable[Delivery | Letter], vault: Sealer) -> dict[int, bytes]:
    """The mails of these rows (all of one kind) that are composed for the present start, by row id."""
    wanted = {row.id: row.due_at for row in rows}
    is_delivery = any(isinstance(row, Delivery) for row in rows)
    key = Draft.delivery_id if is_delivery else Draft.letter_id
    found = session.execute(select(key, Draft.for_at, Draft.sealed).where(key.in_(wanted)))
    return {row_id: vault.open(sealed) for row_id, for_at, sealed in found if row_id and wanted[row_id] == for_at}


def drop(session: Session, kind: Kind, row_id: int) -> None:
    """It has gone; nothing of it is kept."""
    key = Draft.delivery_id if kind is Delivery else Draft.letter_id
    session.execute(delete(Draft).where(key == row_id))
