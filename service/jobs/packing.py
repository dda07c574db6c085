"""From claimed rows to parcels: each with its mail, opened, and its envelope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import Claimed, Lease
from rituals.interfaces import Envelope, Sealer
from rituals.outbox import Draft, Letter
from service.jobs.parcel import Kind, Parcel
from service.return_paths import ReturnPaths
from service.services import Services


@dataclass(frozen=True, slots=True)
class Sealed:
    """A mail as it lies ready, with what its envelope says."""

    partner_id: int | None
    to: str
    for_at: datetime
    content: bytes


@dataclass(frozen=True, slots=True)
class Packing:
    """For the rows of one claim."""

    kind: Kind
    lease: Lease
    strongbox: Sealer
    return_paths: ReturnPaths

    @classmethod
    def of(cls, services: Services, kind: Kind, lease: Lease) -> "Packing":
        return cls(kind, lease, services.strongbox, ReturnPaths.of(services.settings))

    def lying_ready(self, session: Session, rows: Sequence[Claimed]) -> dict[int, Sealed]:
        """By the row's id. A letter that never left is written anew: it may have more to say by now."""
        mail = (Draft.for_at, Draft.sealed)
        if self.kind is Delivery:
            query = select(Delivery.id, Delivery.partner_id, Partner.address, *mail).join(Delivery.partner)
            query = query.join(Draft, Draft.delivery_id == Delivery.id)
            query = query.where(Delivery.id.in_([row.id for row in rows]))
            found = session.connection().execute(query).all()
            return {row_id: Sealed(partner_id, to, at, content) for row_id, partner_id, to, at, content in found}
        letters = select(Letter.id, Letter.partner_id, Letter.to, *mail).join(Draft, Draft.letter_id == Letter.id)
        again = letters.where(Letter.id.in_([row.id for row in rows if row.copies]))
        written = session.connection().execute(again).all()
        return {row_id: Sealed(partner_id, to, at, content) for row_id, partner_id, to, at, content in written}

    def parcel(self, row: Claimed, sealed: Sealed | None) -> Parcel | None:
        """None where no mail lies ready for its present start, or it cannot be read, since its key was taken away."""
        if sealed is None or sealed.for_at != row.due_at:
            return None
        content = self._opened(sealed.content)
        return None if content is None else self.packed(row, sealed.partner_id, sealed.to, content)

    def packed(self, row: Claimed | Letter, partner_id: int | None, to: str, content: bytes) -> Parcel:
        return Parcel(
            kind=self.kind,
            row_id=row.id,
            partner_id=partner_id,
            envelope=Envelope(self.return_paths.sender_for(self.kind, row.id), to, content, is_even=True),
            lease=self.lease,
            due_at=row.due_at,
            expires_at=row.expires_at,
            attempts=row.attempts,
            copies=row.copies,
        )

    def _opened(self, sealed: bytes) -> bytes | None:
        try:
            return self.strongbox.open(sealed)
        except ValueError:
            return None
