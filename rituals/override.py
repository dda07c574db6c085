"""Single dates of a plan that differ from its rule."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rituals.storage import At, Base, Id, PrimaryKey, WallClock


class Override(Base):
    """One start moved or left out, keyed by the original one (RFC 5545, RECURRENCE-ID)."""

    __tablename__ = "override"
    __table_args__ = (UniqueConstraint("plan_id", "original_starts"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"))
    original_starts: Mapped[datetime] = mapped_column(WallClock)
    starts: Mapped[datetime | None] = mapped_column(WallClock)
    """The new local start in the plan's zone; None: skipped."""
    sequence: Mapped[int] = mapped_column(Integer)
    revised_at: Mapped[At]
