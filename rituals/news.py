"""What one partner is told of what the other did, gathered into one mail."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.couple import Partner
from rituals.outbox import GATHERED_FOR, Letter, LetterKind
from rituals.storage import At, Base, Id, PrimaryKey, stored


class Happening(StrEnum):
    PROPOSED = "proposed"
    """A version waits for this partner's answer."""
    AGREED = "agreed"
    DECLINED = "declined"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    MOVED = "moved"
    SKIPPED = "skipped"
    RESTORED = "restored"
    OVERRIDES_DROPPED = "overrides-dropped"
    """A new rule left no room for some single dates that had been moved or skipped."""
    DATE_ASKED = "date-asked"
    """The other would like to move one date, and it waits for this partner's answer."""
    DATE_WAITS = "date-waits"
    """What this partner moved in their own calendar waits for the other's yes; until then the old time stands."""
    DATE_DECLINED = "date-declined"
    """The other said no to moving one date: the old time stands."""
    SERIES_WAITS = "series-waits"
    """The rhythm that this partner changed in their own calendar waits for the other's yes."""
    NOT_FOLLOWED = "not-followed"
    """What this partner changed in their own calendar cannot be followed: it shows again what stands."""
    TAKEN_OUT = "taken-out"
    """This partner deleted the whole ritual from their own calendar. It stays off it, and still stands."""
    NOT_SUITED = "not-suited"
    """The moved date does not suit the other: it is left out, and both may choose again."""


class News(Base):
    """One thing that happened. The mail says how it stands when it goes, not each step on the way."""

    __tablename__ = "news"

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(Id, ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    occurrence_id: Mapped[int | None] = mapped_column(Id, ForeignKey("occurrence.id", ondelete="CASCADE"), index=True)
    what: Mapped[Happening] = mapped_column(stored(Happening))
    happened_at: Mapped[At]

    @classmethod
    def count(cls, session: Session, partner: Partner, kinds: Collection[Happening], *, since: datetime) -> int:
        """How many of these things this partner was told, or is about to be."""
        told = select(func.count()).select_from(cls).join(Letter, Letter.id == cls.letter_id)
        theirs = told.where(Letter.partner_id == partner.id, cls.what.in_(kinds), cls.happened_at > since)
        return session.scalar(theirs) or 0


def tell(
    session: Session,
    partner: Partner,
    plan_id: int,
    what: Happening,
    now: datetime,
    *,
    occurrence_id: int | None = None,
    soon: bool = False,
) -> None:
    """Let this partner know, in the mail that is already waiting or in a new one five minutes from now.

    `soon`: it cannot wait that long; the waiting mail, with all that is in it, goes at once.
    """
    letter = Letter.waiting(session, LetterKind.NEWS, partner.id)
    due_at = now if soon else now + GATHERED_FOR
    if letter is None:
        letter = Letter.write(
            session,
            LetterKind.NEWS,
            to=partner.address,
            about_id=partner.id,
            partner_id=partner.id,
            now=now,
            due_at=due_at,
            expires_at=due_at + timedelta(days=2),
        )
    elif soon and letter.due_at > now:
        letter.due_at = letter.try_at = now
    session.add(News(letter_id=letter.id, plan_id=plan_id, occurrence_id=occurrence_id, what=what, happened_at=now))
    session.flush()
