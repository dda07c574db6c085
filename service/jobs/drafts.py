"""Composed mails, kept sealed until they have gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Insert, delete, exists
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rituals.delivery import Delivery
from rituals.interfaces import Sealer
from rituals.outbox import Draft
from service.jobs.parcel import Kind


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished mail, and the row and start that it is for."""

    row_id: int
    for_at: datetime
    content: bytes


def keep(session: Session, kind: Kind, mails: Iterable[Composed], sealer: Sealer, now: datetime) -> None:
    """The mails of these rows, from here on; each takes the place of a stale one."""
    key = _key(kind)
    rows = [
        {key: mail.row_id, "made_at": now, "for_at": mail.for_at, "sealed": sealer.seal(mail.content)} for mail in mails
    ]
    if rows:
        session.connection().execute(_upsert(session.get_bind().dialect.name, key), rows)


def is_composed() -> ColumnElement[bool]:
    """Whether the mail of a delivery, composed for its present start, lies ready."""
    return exists().where(Draft.delivery_id == Delivery.id, Draft.for_at == Delivery.due_at)


def drop(session: Session, kind: Kind, row_id: int) -> None:
    """It has gone; nothing of it is kept."""
    key = Draft.delivery_id if kind is Delivery else Draft.letter_id
    session.execute(delete(Draft).where(key == row_id))


def drop_all(session: Session, delivery_ids: Sequence[int]) -> None:
    """So many prompts have gone; nothing of them is kept."""
    session.execute(delete(Draft).where(Draft.delivery_id.in_(delivery_ids)))


def _key(kind: Kind) -> str:
    return "delivery_id" if kind is Delivery else "letter_id"


@cache
def _upsert(dialect: str, key: str) -> Insert:
    """Made once: to make it takes longer than to run it."""
    insert = sqlite.insert(Draft) if dialect == "sqlite" else postgresql.insert(Draft)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=[key],
        set_={"made_at": new.made_at, "for_at": new.for_at, "sealed": new.sealed},
        where=new.for_at != Draft.for_at,
    )
