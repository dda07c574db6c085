"""What is wrong with a calendar, since when, how often in a row, and what its owner was told of it."""

import random
from datetime import datetime, timedelta

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.storage import Moment, stored

SHOWN_AFTER = 3
"""A weakness of the other side is spoken of once it has failed so often in a row."""
TOLD_AFTER = (timedelta(), timedelta(days=3), timedelta(days=7), timedelta(days=14))
"""After how long its owner is told that only they can help: so often, and no more."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=20), timedelta(hours=1)


class Troubled:
    """The columns and the life of it, for a calendar."""

    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    """In a row."""
    trouble: Mapped[Trouble | None] = mapped_column(stored(Trouble))
    trouble_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when."""
    told: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How many mails have told its owner of this trouble."""

    def was_told(self, now: datetime) -> None:
        """What would have been told meanwhile is not made up for."""
        since = self.trouble_at or now
        self.told = sum(since + after <= now for after in TOLD_AFTER)

    def went_well(self) -> None:
        self.failures = self.told = 0
        self.trouble = self.trouble_at = None

    def went_wrong(self, error: CalendarError, now: datetime) -> datetime | None:
        """Remember what is wrong; when to try again, None if only its owner can help."""
        self.failures += 1
        if (error.is_lasting or self.failures >= SHOWN_AFTER) and self.trouble != error.trouble:
            self.trouble_at = self.trouble_at or now
            self.trouble = error.trouble
        if error.is_lasting:
            return None
        pause = min(_FIRST_PAUSE * (1 << min(self.failures - 1, 10)), _LONGEST_PAUSE)
        jitter = random.uniform(0.8, 1.2)  # noqa: S311
        # Many may be told the same: they do not all come back in the same second.
        asked = (error.retry_after or timedelta()) * random.uniform(1, 1.1)  # noqa: S311
        return now + max(pause * jitter, asked)
