"""Composed mails, kept sealed until they have gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
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


def is_composed() -> ColumnElement[bool]:
    """Whether the mail of a delivery, composed for its present start, lies ready."""
    return exists().where(Draft.delivery_id == Delivery.id, Draft.for_at == Delivery.due_at)


def find(session: Session, rows: Sequence[Delivery | Letter], vault: Sealer) -> dict[int, bytes]:
    """The mails of these rows (all of one kind) that are composed for the present start, by row id."""
    wanted = {row.id: row.due_at for row in rows if _is_final(row)}
    is_delivery = any(isinstance(row, Delivery) for row in rows)
    key = Draft.delivery_id if is_delivery else Draft.letter_id
    found = session.execute(select(key, Draft.for_at, Draft.sealed).where(key.in_(wanted)))
    opened = {row_id: _open(sealed, vault) for row_id, for_at, sealed in found if row_id and wanted[row_id] == for_at}
    return {row_id: content for row_id, content in opened.items() if content is not None}


def _is_final(row: Delivery | Letter) -> bool:
    """A letter that never left is written anew: it may have more to say by now, or nothing any more."""
    return isinstance(row, Delivery) or row.copies > 0


def _open(sealed: bytes, vault: Sealer) -> bytes | None:
    try:
        return vault.open(sealed)
    except ValueError:  # its key was taken away: the mail is composed again
        return None


def drop(session: Session, kind: Kind, row_id: int) -> None:
    """It has gone; nothing of it is kept."""
    key = Draft.delivery_id if kind is Delivery else Draft.letter_id
    session.execute(delete(Draft).where(key == row_id))


def drop_all(session: Session, delivery_ids: Sequence[int]) -> None:
    """So many prompts have gone; nothing of them is kept."""
    session.execute(delete(Draft).where(Draft.delivery_id.in_(delivery_ids)))
