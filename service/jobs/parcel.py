"""One claimed row with its finished mail, on its way through the hands of a sender."""

from dataclasses import dataclass
from datetime import datetime

from rituals.delivery import Delivery
from rituals.errand import Lease
from rituals.interfaces import Envelope
from rituals.outbox import Letter

Kind = type[Delivery] | type[Letter]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Everything that a sender needs to know without asking the database again."""

    kind: Kind
    row_id: int
    partner_id: int | None
    envelope: Envelope
    lease: Lease
    due_at: datetime
    expires_at: datetime
    attempts: int
    is_careful: bool
    """A copy may have gone out before: the intent is recorded before the next one leaves."""

    @property
    def name(self) -> str:
        return self.kind.__tablename__
