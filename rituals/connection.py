"""How rituals reach one partner's own calendar."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.couple import Partner
from rituals.storage import At, Base, Id, Moment, PrimaryKey, stored


class Way(StrEnum):
    """The ways a calendar can be reached. Never two at once for one person: that makes duplicates."""

    MAIL = "mail"
    """Invitations by e-mail (iMIP, RFC 6047)."""
    FEED = "feed"
    """A private, read-only address to subscribe to."""
    GOOGLE = "google"
    """Written to and read back through Google's interface."""
    CALDAV = "caldav"
    """Written to and read back by CalDAV (RFC 4791): iCloud, Fastmail, Nextcloud and many more."""
    NONE = "none"
    """Prompt mails alone."""


LINKED = frozenset({Way.GOOGLE, Way.CALDAV})
"""The ways by which a calendar is written to, and tells what its owner changed there."""


class Reminder(StrEnum):
    """How long before a start the calendar reminds its owner."""

    HABIT = "habit"
    """As that calendar always does."""
    NONE = "none"
    AT_THE_START = "start"
    TEN_MINUTES = "ten-minutes"
    AN_HOUR = "hour"

    @property
    def before(self) -> tuple[timedelta, ...] | None:
        """None leaves it to the calendar."""
        match self:
            case Reminder.HABIT:
                return None
            case Reminder.NONE:
                return ()
            case Reminder.AT_THE_START:
                return (timedelta(),)
            case Reminder.TEN_MINUTES:
                return (timedelta(minutes=10),)
            case Reminder.AN_HOUR:
                return (timedelta(hours=1),)


class CalendarConnection(Base):
    """One partner's chosen way, from when to when. At most one is current."""

    __tablename__ = "calendar_connection"
    __table_args__ = (
        Index(
            "uq_calendar_connection_current",
            "partner_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_calendar_connection_partner_id", "partner_id"),
    )

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"))
    way: Mapped[Way] = mapped_column(stored(Way))
    since_at: Mapped[At]
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    generation: Mapped[int] = mapped_column(Integer, default=0)
    """How many ways this partner had chosen before."""
    reminder: Mapped[Reminder] = mapped_column(stored(Reminder), default=Reminder.HABIT, server_default="habit")
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the feed's secret: what a request is looked up by."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The feed's secret, sealed, to show it to its owner again."""

    partner: Mapped[Partner] = relationship()

    @property
    def is_linked(self) -> bool:
        return self.way in LINKED

    @classmethod
    def current(cls, session: Session, partner: Partner) -> "CalendarConnection | None":
        return session.scalar(select(cls).where(cls.partner_id == partner.id, cls.ended_at.is_(None)))

    @classmethod
    def with_digest(cls, session: Session, digest: str) -> "CalendarConnection | None":
        return session.scalar(select(cls).where(cls.digest == digest))

    def sequence(self, plan_sequence: int) -> int:
        """The SEQUENCE this calendar is told: it rises with the plan, and with each new way its owner chooses.

        Always even; the odd number above is free for a cancellation. Nobody else's calendar shows that choice.
        """
        return 2 * (plan_sequence + self.generation)

    def lock_away(self, *, digest: str, sealed: bytes) -> None:
        """A feed's secret, new or changed: the address before it is dead from here on."""
        self.digest, self.sealed = digest, sealed
