"""An account that somebody let us look into, until they have chosen one of its calendars: ten minutes at most."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.calendar_interfaces import Found
from rituals.couple import Partner
from rituals.interfaces import Sealer
from rituals.storage import At, Base, Id, PrimaryKey

OPEN_FOR = timedelta(minutes=10)
SHOWN_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """What opens the account, and what was found in it."""

    user: str
    password: str = field(repr=False)
    found: tuple[Found, ...]


class OpenAccount(Base):
    """At most one a partner; a newer look takes the place of the one before it."""

    __tablename__ = "open_account"
    __table_args__ = (Index("ix_open_account_opened_at", "opened_at"),)

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    opened_at: Mapped[At]

    @classmethod
    def keep(
        cls,
        session: Session,
        partner: Partner,
        sealer: Sealer,
        *,
        user: str,
        password: str,
        found: Sequence[Found],
        now: datetime,
    ) -> None:
        cls.forget(session, partner)
        calendars = [[one.name, one.address] for one in found[:SHOWN_AT_MOST]]
        content = json.dumps({"user": user, "password": password, "found": calendars}).encode()
        session.add(cls(partner_id=partner.id, sealed=sealer.seal(content), opened_at=now))
        session.flush()

    @classmethod
    def of(cls, session: Session, partner: Partner, sealer: Sealer, now: datetime) -> Opened | None:
        """What this partner may choose from; None once it is too late, or where it cannot be unsealed any more."""
        row = session.scalar(select(cls).where(cls.partner_id == partner.id, cls.opened_at > now - OPEN_FOR))
        try:
            kept = json.loads(sealer.open(row.sealed)) if row is not None else None
        except ValueError:
            return None
        if kept is None:
            return None
        found = tuple(Found(name, address) for name, address in kept["found"])
        return Opened(kept["user"], kept["password"], found)

    @classmethod
    def forget(cls, session: Session, partner: Partner) -> None:
        session.execute(delete(cls).where(cls.partner_id == partner.id))

    @classmethod
    def prune(cls, session: Session, now: datetime) -> None:
        session.execute(delete(cls).where(cls.opened_at <= now - OPEN_FOR))
