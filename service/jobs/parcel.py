"""One claimed row with its finished mail, on its way through the hands of a sender."""

from dataclasses import dataclass
from datetime import datetime

from jinja2 import TemplateError

from rituals.delivery import Delivery
from rituals.errand import Lease
from rituals.interfaces import Envelope
from rituals.outbox import Letter

Kind = type[Delivery] | type[Letter]

UNWRITABLE = (ValueError, LookupError, TypeError, AttributeError, TemplateError)
"""What composing one mail may end in. One mail that cannot be written must not keep the others of its batch back."""


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
    copies: int
    """How many may have left before this try."""

    @property
    def name(self) -> str:
        return self.kind.__tablename__

    @property
    def is_last(self) -> bool:
        """A copy may have gone out before: the intent must survive a power loss as well."""
        return self.copies > 0
