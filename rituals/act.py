"""One partner doing one thing at one moment, in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rituals.couple import Couple, Partner
from rituals.delivery import PROMPT_WINDOW
from rituals.refused import RefusedError


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it, when, and in which session; `window` is how late a prompt may still be sent."""

    session: Session
    by: Partner
    now: datetime
    window: timedelta = PROMPT_WINDOW

    @property
    def couple(self) -> Couple:
        """The open space this partner shares. Raises RefusedError where there is none."""
        couple = self.by.couple
        if couple is None or not couple.is_open or couple.other(self.by) is None:
            raise RefusedError("A ritual needs two. Invite your partner first.")
        return couple

    @property
    def other(self) -> Partner:
        other = self.couple.other(self.by)
        if other is None:
            raise RefusedError("A ritual needs two. Invite your partner first.")
        return other
