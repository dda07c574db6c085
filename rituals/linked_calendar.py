"""A calendar that somebody connected: what opens it, when it was last read and written, and what is wrong with it."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    and_,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.calendar_channel import PERIOD, Called
from rituals.calendar_interfaces import LASTING, Access, Trouble
from rituals.calendar_trouble import TOLD_AFTER, Troubled
from rituals.connection import CalendarConnection, Way
from rituals.couple import Partner
from rituals.errand import Lease
from rituals.interfaces import Sealer
from rituals.storage import Base, Id, Moment, PrimaryKey, stored

BEFORE_A_START = timedelta(minutes=2)
"""It is read once more this long before each start."""
FAREWELL_TRIES = 12
WATCHED = text("look_at IS NOT NULL")
"""Those that are looked at by and by, whose age is watched."""


class Farewell(StrEnum):
    """What becomes of our events when a calendar is disconnected."""

    DELETE = "delete"
    LEAVE = "leave"


class LinkedCalendar(Troubled, Called, Base):
    """The other end of a connection by Google or CalDAV; one row is one calendar's turn of work."""

    __tablename__ = "linked_calendar"
    __table_args__ = (
        Index("ix_linked_calendar_look_at", "look_at"),
        Index("ix_linked_calendar_trouble_at", "trouble_at"),
        Index("ix_linked_calendar_read_at", "read_at", postgresql_where=WATCHED, sqlite_where=WATCHED),
    )

    id: Mapped[PrimaryKey]
    connection_id: Mapped[int] = mapped_column(
        Id, ForeignKey("calendar_connection.id", ondelete="CASCADE"), unique=True
    )
    name: Mapped[str] = mapped_column(String(120), default="")
    """As its owner knows it."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What opens it; None once we have said farewell."""
    token: Mapped[str | None] = mapped_column(Text)
    """Up to where its changes are known."""
    look_at: Mapped[datetime | None] = mapped_column(Moment)
    """When somebody should look at it again; None: not until its owner acts."""
    held_until: Mapped[datetime | None] = mapped_column(Moment)
    holder: Mapped[int | None] = mapped_column(BigInteger)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    written_at: Mapped[datetime | None] = mapped_column(Moment)
    farewell: Mapped[Farewell | None] = mapped_column(stored(Farewell))
    stand_in_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("calendar_connection.id", ondelete="SET NULL"), index=True
    )
    """The connection by mail that stands in for it while it lets nobody in."""

    connection: Mapped[CalendarConnection] = relationship(foreign_keys=[connection_id])

    @classmethod
    def begin(
        cls,
        session: Session,
        connection: CalendarConnection,
        access: Access,
        sealer: Sealer,
        *,
        name: str,
        look_at: datetime | None,
    ) -> Self:
        """The other end of a new connection. `look_at` None: it waits until the calendar before it is cleared."""
        linked = cls(connection_id=connection.id, name=name, sealed=seal(access, sealer), look_at=look_at)
        linked.failures = linked.told = 0
        session.add(linked)
        session.flush()
        return linked

    @classmethod
    def of(cls, session: Session, connection: CalendarConnection) -> Self | None:
        return session.scalar(select(cls).where(cls.connection_id == connection.id))

    @classmethod
    def current(cls, session: Session, partner: Partner) -> Self | None:
        """The other end of the way that this partner chose, if it has one."""
        theirs = select(cls).join(CalendarConnection, CalendarConnection.id == cls.connection_id)
        return session.scalar(
            theirs.where(CalendarConnection.partner_id == partner.id, CalendarConnection.ended_at.is_(None))
        )

    @classmethod
    def hold_all(cls, session: Session, *partners: Partner) -> None:
        """Lock all of theirs, in the order in which everybody locks several: after the plans, before the placements."""
        theirs = select(cls).join(CalendarConnection, CalendarConnection.id == cls.connection_id)
        theirs = theirs.where(CalendarConnection.partner_id.in_([one.id for one in partners])).order_by(cls.id)
        session.scalars(theirs.with_for_update(of=cls), execution_options={"populate_existing": True}).all()

    @classmethod
    def is_parting(cls, session: Session, partner: Partner, way: Way | None = None) -> bool:
        """Whether a calendar that this partner disconnected, by this way or by any, still waits for our last word."""
        ours = select(cls.id).join(CalendarConnection, CalendarConnection.id == cls.connection_id)
        parting = ours.where(
            CalendarConnection.partner_id == partner.id, cls.farewell.is_not(None), cls.look_at.is_not(None)
        )
        if way is not None:
            parting = parting.where(CalendarConnection.way == way)
        return session.scalar(parting.limit(1)) is not None

    @classmethod
    def is_any_due(cls, session: Session, now: datetime, *, without: Collection[Way] = ()) -> bool:
        """Whether one should be looked at that nobody holds."""
        # In order, as it is claimed: without, PostgreSQL may think that any row will do, and read them all.
        return session.scalar(select(cls.id).where(*cls._due(now, without)).order_by(cls.look_at).limit(1)) is not None

    @classmethod
    def claim(
        cls, session: Session, lease: Lease, now: datetime, limit: int, *, without: Collection[Way] = ()
    ) -> Sequence[Self]:
        """Hold up to `limit` that should be looked at and that nobody else holds, `without` those of some ways."""
        due = select(cls).where(*cls._due(now, without)).order_by(cls.look_at).limit(limit)
        claimed = session.scalars(due.with_for_update(skip_locked=True)).all()
        for linked in claimed:
            # A wish to be looked at that comes meanwhile brings `look_at` forward again, and is seen at the end.
            linked.holder, linked.held_until, linked.look_at = lease.holder, lease.until_at, lease.until_at
        return claimed

    @classmethod
    def _due(cls, now: datetime, without: Collection[Way]) -> tuple[ColumnElement[bool], ...]:
        due = cls.look_at <= now, or_(cls.held_until.is_(None), cls.held_until <= now)
        others = CalendarConnection.id == cls.connection_id, CalendarConnection.way.not_in(without)
        return (*due, exists().where(*others)) if without else due

    @classmethod
    def held(cls, session: Session, linked_id: int, lease: Lease) -> Self | None:
        """The row, locked, while it is still in these hands."""
        linked = session.get(cls, linked_id, with_for_update=True, populate_existing=True)
        return linked if linked is not None and linked.holder == lease.holder else None

    @classmethod
    def to_be_told_of(cls, session: Session, now: datetime, *, lock: bool) -> Sequence[Self]:
        """Those in trouble that only their owner can end, and of which it is time to tell them, again."""
        lasting = cls.trouble.in_(LASTING), cls.farewell.is_(None), cls.trouble_at <= now
        is_time = or_(*(and_(cls.told == told, cls.trouble_at <= now - after) for told, after in enumerate(TOLD_AFTER)))
        rows = select(cls).join(CalendarConnection, CalendarConnection.id == cls.connection_id)
        due = rows.where(*lasting, is_time, CalendarConnection.ended_at.is_(None)).order_by(cls.trouble_at).limit(100)
        return session.scalars(due.with_for_update(skip_locked=True, of=cls) if lock else due).all()

    @classmethod
    def revive(cls, session: Session, now: datetime, lease: timedelta) -> None:
        """After the clock was set back: none waits for a time that lies years ahead now."""
        connection = session.connection()
        connection.execute(update(cls).where(cls.look_at > now + PERIOD).values(look_at=now + PERIOD))
        connection.execute(update(cls).where(cls.held_until > now + lease).values(held_until=now + lease))

    @property
    def lets_nobody_in(self) -> bool:
        """Its owner can let us in again. One that they deleted is not spoken of as locked."""
        return self.farewell is None and self.trouble in LASTING and self.trouble != Trouble.GONE

    @property
    def is_open(self) -> bool:
        """Whether it can be used at the moment, as far as is known."""
        return self.sealed is not None and self.farewell is None and self.trouble not in LASTING

    def access(self, sealer: Sealer) -> Access:
        """What opens it. Raises ValueError where it cannot be unsealed any more."""
        if self.sealed is None:
            raise ValueError("There is no access any more.")
        kept = json.loads(sealer.open(self.sealed))
        return Access(kept["secrets"], kept["calendar"])

    def keep(self, access: Access, sealer: Sealer) -> None:
        self.sealed = seal(access, sealer)

    def leads_to(self, calendar: str, sealer: Sealer) -> bool:
        """Whether it is this very calendar."""
        try:
            return self.access(sealer).calendar == calendar
        except ValueError:
            return False

    def reconnect(self, access: Access, sealer: Sealer, now: datetime) -> None:
        """Its owner has let us in again: it is read anew, and what was changed there meanwhile counts."""
        self.keep(access, sealer)
        self.went_well()
        self.token, self.look_at = None, now
        self.holder = self.held_until = None  # a turn that runs by the access before has nothing to say any more

    def look_soon(self, now: datetime) -> None:
        """Something of ours has changed: write it as soon as somebody is free. Not where only its owner can help."""
        if self.look_at is not None:
            self.look_at = min(self.look_at, now)

    def let_go(self, lease: Lease, next_at: datetime | None) -> None:
        """Out of these hands, to be looked at then, or sooner where somebody asked meanwhile."""
        asked = self.was_asked(lease)
        self.holder = self.held_until = None
        if next_at is None or not asked:
            self.look_at = next_at

    def was_asked(self, lease: Lease) -> bool:
        """Whether somebody wished meanwhile that it be looked at."""
        return self.look_at is not None and self.look_at < lease.until_at

    def leave_alone(self, until: datetime) -> None:
        """Its provider asks for a pause: whatever is wished meanwhile waits."""
        self.held_until = until

    def part(self, farewell: Farewell, now: datetime) -> None:
        """Its owner disconnects it: our last turn, after which nothing opens it any more."""
        if self.sealed is None:
            return
        if self.holder is None:
            self.held_until = None
        self.farewell, self.look_at, self.failures = farewell, now, 0
        self.trouble = self.trouble_at = None

    def is_gone(self) -> None:
        """We have said farewell, or cannot any more."""
        self.name = ""
        self.sealed = self.token = self.look_at = None
        self.channel = self.channel_digest = self.channel_resource = self.channel_ends_at = None


def seal(access: Access, sealer: Sealer) -> bytes:
    return sealer.seal(json.dumps({"secrets": dict(access.secrets), "calendar": access.calendar}).encode())
