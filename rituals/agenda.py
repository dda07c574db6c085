"""What comes next, of all that a worker looks after."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from rituals.delivery import Delivery
from rituals.ics_address import IcsAddress
from rituals.linked_calendar import LinkedCalendar
from rituals.offer import Offer
from rituals.outbox import Letter


@dataclass(frozen=True, slots=True)
class Agenda:
    """When somebody should look at the first row of each kind; in the past if it is due, None if there is none."""

    prompt_at: datetime | None
    letter_at: datetime | None
    calendar_at: datetime | None
    address_at: datetime | None
    offer_at: datetime | None

    @classmethod
    def read(cls, session: Session) -> "Agenda":
        """One statement: the first entry of five indexes, however many rows there are."""
        prompt_at, letter_at = _first(Delivery.try_at), _first(Letter.try_at)
        others = _first(LinkedCalendar.look_at), _first(IcsAddress.look_at), _first(Offer.look_at)
        found = session.execute(select(prompt_at, letter_at, *others)).one()
        return cls(*found)

    @property
    def mail_at(self) -> datetime | None:
        return min((at for at in (self.prompt_at, self.letter_at) if at is not None), default=None)

    def has_prompts(self, now: datetime) -> bool:
        return _is_due(self.prompt_at, now)

    def has_letters(self, now: datetime) -> bool:
        return _is_due(self.letter_at, now)

    def has_calendars(self, now: datetime) -> bool:
        return _is_due(self.calendar_at, now)

    def has_times_to_find(self, now: datetime) -> bool:
        return _is_due(self.address_at, now) or _is_due(self.offer_at, now)


def _first(moment: InstrumentedAttribute[datetime | None]) -> ScalarSelect[datetime | None]:
    # Said outright that settled rows do not matter: else SQLite reads every row.
    return select(func.min(moment)).where(moment.is_not(None)).scalar_subquery()


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
