"""Letters: every mail that is not a prompt, promised as a row in the transaction that caused it."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.errand import WAITING, Errand, State, waiting_index
from rituals.storage import At, Base, Id, PrimaryKey, stored

GATHERED_FOR = timedelta(minutes=5)
"""Changes within this time become one mail a person."""
LETTER_LIFE = timedelta(days=3)


class LetterKind(StrEnum):
    SIGN_IN = "sign-in"
    INVITATION = "invitation"
    JOINED = "joined"
    """A yes to an invitation, for the one who asked. `about_id` is the invitation."""
    NEWS = "news"
    """What changed, for the partner who did not change it. `about_id` is that partner."""
    CALENDAR = "calendar"
    """An invitation, update or cancellation for a calendar. `about_id` is the placement."""
    CALENDAR_TROUBLE = "calendar-trouble"
    """A connected calendar lets nobody in, or is gone. `about_id` is the linked calendar."""
    COLLISION = "collision"
    """A date meets something in its reader's own calendar. `about_id` is the collision."""


class Letter(Errand, Base):
    """One mail to one address. What it says is composed from the rows it is about, when it goes."""

    __tablename__ = "letter"
    __table_args__ = (waiting_index("letter"),)

    kind: Mapped[LetterKind] = mapped_column(stored(LetterKind))
    to: Mapped[str] = mapped_column(String(254))
    partner_id: Mapped[int | None] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    about_id: Mapped[int] = mapped_column(Id, index=True)
    sequence: Mapped[int | None] = mapped_column(Integer)
    """To a calendar: the plan's sequence that it tells; None: that everything is off."""

    @classmethod
    def write(
        cls,
        session: Session,
        kind: LetterKind,
        *,
        to: str,
        about_id: int,
        now: datetime,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
        partner_id: int | None = None,
    ) -> "Letter":
        due_at = due_at or now
        letter = cls(
            kind=kind,
            to=to,
            about_id=about_id,
            partner_id=partner_id,
            due_at=due_at,
            try_at=due_at,
            expires_at=expires_at or due_at + LETTER_LIFE,
            state=State.PLANNED,
            attempts=0,
            copies=0,
        )
        session.add(letter)
        session.flush()
        return letter

    @classmethod
    def waiting(cls, session: Session, kind: LetterKind, about_id: int) -> "Letter | None":
        """The one of its kind that nobody holds and that never left, so that it can still take more in."""
        untouched = select(cls).where(
            cls.kind == kind, cls.about_id == about_id, cls.state == State.PLANNED, cls.copies == 0
        )
        return session.scalar(untouched.order_by(cls.id.desc()).limit(1).with_for_update())

    @classmethod
    def withdraw_all(cls, session: Session, partner_id: int, *, kinds: tuple[LetterKind, ...]) -> None:
        """Nothing of these kinds goes to this partner any more."""
        waiting = update(cls).where(cls.partner_id == partner_id, cls.kind.in_(kinds), cls.state.in_(WAITING))
        session.execute(waiting.values(state=State.WITHDRAWN, holder=None, try_at=None))


class Draft(Base):
    """A composed mail, sealed, from the minute before it goes until it has gone: every copy is the same bytes."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("delivery_id"),
        UniqueConstraint("letter_id"),
        Index("ix_draft_made_at", "made_at"),
    )

    id: Mapped[PrimaryKey]
    delivery_id: Mapped[int | None] = mapped_column(Id, ForeignKey("delivery.id", ondelete="CASCADE"))
    letter_id: Mapped[int | None] = mapped_column(Id, ForeignKey("letter.id", ondelete="CASCADE"))
    made_at: Mapped[At]
    for_at: Mapped[At]
    """The start it was composed for; a draft for another one is stale."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
