"""One prompt on its way to one partner."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rituals.couple import Partner
from rituals.errand import WAITING, Errand, State, waiting_index
from rituals.storage import At, Base, Id, PrimaryKey

if TYPE_CHECKING:
    from rituals.occurrence import Occurrence

PROMPT_WINDOW = timedelta(minutes=15)
COMPOSED_AHEAD = timedelta(minutes=1)


class Delivery(Errand, Base):
    """The promise that one partner gets one occurrence's prompt when it starts, or not at all."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("occurrence_id", "partner_id"), waiting_index("delivery"))

    occurrence_id: Mapped[int] = mapped_column(Id, ForeignKey("occurrence.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), index=True)

    occurrence: Mapped["Occurrence"] = relationship(back_populates="deliveries")
    partner: Mapped[Partner] = relationship()

    def hold_back(self, now: datetime) -> None:
        """Its reader's address takes no mail: what it asks stands on their page alone."""
        if self.state in WAITING:
            self.withdraw()
            self.state, self.settled_at = State.FAILED, now


def window_closes(starts_at: datetime, ends_at: datetime, window: timedelta) -> datetime:
    """From when a prompt is too late: after the window, or half the event if that is sooner."""
    return starts_at + min(window, (ends_at - starts_at) / 2)


class Unsubscription(Base):
    """One partner wants no prompt mails of one plan. Nobody else is shown."""

    __tablename__ = "unsubscription"
    __table_args__ = (UniqueConstraint("plan_id", "partner_id"), Index("ix_unsubscription_partner_id", "partner_id"))

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"))
    asked_at: Mapped[At]
