"""Calendars that a partner lets be looked at, so that nothing is offered where they are taken: work, say."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.couple import Partner
from rituals.interfaces import Sealer
from rituals.refused import RefusedError
from rituals.secret import digest
from rituals.storage import At, Base, Id, Moment, PrimaryKey, stored
from rituals.wording import one_line

ADDRESSES_AT_MOST = 5
NAME_LIMIT = 60
LEASE = timedelta(minutes=2)


class IcsAddress(Base):
    """One such address. Whoever has it can read that calendar, so it is kept sealed."""

    __tablename__ = "ics_address"
    __table_args__ = (UniqueConstraint("partner_id", "digest"), Index("ix_ics_address_look_at", "look_at"))

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    """As its owner calls it."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    """By which the same address is known again."""
    added_at: Mapped[At]
    look_at: Mapped[datetime | None] = mapped_column(Moment)
    """When to read it for the sake of saying whether it can be; None: whenever it is needed."""
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was last read."""
    trouble: Mapped[Trouble | None] = mapped_column(stored(Trouble))
    trouble_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when."""

    partner: Mapped[Partner] = relationship()

    @classmethod
    def add(cls, session: Session, partner: Partner, address: str, sealer: Sealer, now: datetime, *, name: str) -> Self:
        """Look at this one as well. The same address again is the same row, with the new name. Raises RefusedError."""
        called = one_line(name, limit=NAME_LIMIT, field="name", name="A name") or "My calendar"
        session.refresh(partner, with_for_update=True)
        key = digest(f"{partner.id} {address}")
        known = session.scalar(select(cls).where(cls.partner_id == partner.id, cls.digest == key))
        if known is not None:
            known.name, known.look_at = called, now
            return known
        if len(cls.all_of(session, partner)) >= ADDRESSES_AT_MOST:
            raise RefusedError(f"{ADDRESSES_AT_MOST} are the most. Take one away first.", field="address")
        added = cls(
            partner_id=partner.id,
            name=called,
            sealed=sealer.seal(address.encode()),
            digest=key,
            added_at=now,
            look_at=now,
        )
        session.add(added)
        session.flush()
        return added

    @classmethod
    def of(cls, session: Session, partner: Partner, address_id: int) -> Self | None:
        """This partner's own; None for anybody else's, the other partner's included."""
        return session.scalar(select(cls).where(cls.id == address_id, cls.partner_id == partner.id))

    @classmethod
    def all_of(cls, session: Session, partner: Partner) -> Sequence[Self]:
        return session.scalars(select(cls).where(cls.partner_id == partner.id).order_by(cls.id)).all()

    @classmethod
    def is_any_new(cls, session: Session, now: datetime) -> bool:
        return session.scalar(select(cls.id).where(cls.look_at <= now).limit(1)) is not None

    @classmethod
    def claim(cls, session: Session, now: datetime) -> Self | None:
        """One that was just added; nobody else is given it for a while."""
        new = select(cls).where(cls.look_at <= now).order_by(cls.look_at).limit(1)
        row = session.scalar(new.with_for_update(skip_locked=True))
        if row is not None:
            row.look_at = now + LEASE
        return row

    @classmethod
    def forget(cls, session: Session, partner: Partner) -> None:
        """None of theirs is looked at any more."""
        session.execute(delete(cls).where(cls.partner_id == partner.id))

    def address(self, sealer: Sealer) -> str:
        """Raises ValueError where it cannot be unsealed any more."""
        return sealer.open(self.sealed).decode()

    def was_read(self, now: datetime) -> None:
        self.read_at, self.look_at = now, None
        self.trouble = self.trouble_at = None

    def went_wrong(self, error: CalendarError, now: datetime) -> None:
        self.look_at = None
        self.trouble, self.trouble_at = error.trouble, self.trouble_at or now

    def take_away(self, session: Session) -> None:
        session.delete(self)
        session.flush()
