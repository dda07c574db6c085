"""Two partners and the space they share."""

from collections.abc import Collection, Set
from datetime import datetime

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.recurrence import known_zone
from rituals.refused import RefusedError
from rituals.storage import At, Base, Id, Moment, PrimaryKey
from rituals.wording import one_line

DEEPEST = 3
USUAL_DEPTH = 2
"""Tender prompts come only where both have asked for them."""
NAME_LIMIT = 60
PLACE_LIMIT = 80
CLOSING_LIMIT = 200


class Couple(Base):
    """The shared space. Open until one of the two leaves; then closed for good."""

    __tablename__ = "couple"

    id: Mapped[PrimaryKey]
    formed_at: Mapped[At]
    closed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    events_stay: Mapped[bool] = mapped_column(Boolean, default=True)
    """After a leaving: whether future events stay in the other partner's calendar. The leaver says."""
    phone_place: Mapped[str] = mapped_column(String(PLACE_LIMIT), default="in another room")
    closing_line: Mapped[str] = mapped_column(String(CLOSING_LIMIT), default="")

    partners: Mapped[list["Partner"]] = relationship(back_populates="couple", order_by="Partner.side")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def depth_cap(self) -> int:
        """How deep prompts may go: as deep as the more careful of the two allows."""
        return min((partner.depth_cap for partner in self.partners), default=USUAL_DEPTH)

    def other(self, partner: "Partner") -> "Partner | None":
        """The one beside this partner; None once somebody has left."""
        return next((one for one in self.partners if one.id != partner.id), None)

    def settle(self, *, phone_place: str, closing_line: str) -> None:
        """Where the phones go, and the sentence that ends every ritual, if the two have one."""
        self.phone_place = one_line(
            phone_place, limit=PLACE_LIMIT, field="phone_place", name="The place for the phones"
        ) or ("in another room")
        self.closing_line = one_line(
            closing_line, limit=CLOSING_LIMIT, field="closing_line", name="The closing sentence"
        )


class Partner(Base):
    """One person with an account of their own. Every setting here is theirs alone."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("couple_id", "side"), Index("ix_partner_couple_id", "couple_id"))

    id: Mapped[PrimaryKey]
    address: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT), default="")
    zone: Mapped[str] = mapped_column(String(64), default="")
    joined_at: Mapped[At]
    couple_id: Mapped[int | None] = mapped_column(Id, ForeignKey("couple.id"))
    side: Mapped[int | None] = mapped_column(SmallInteger)
    """1 or 2: with the unique pair (couple, side), no couple ever has a third."""
    plain_titles: Mapped[bool] = mapped_column(Boolean, default=False)
    depth_cap: Mapped[int] = mapped_column(SmallInteger, default=USUAL_DEPTH)
    bounced_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the address refused a mail for good, or one came back from it."""
    complained_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they called a mail of ours unwanted, to their mail provider."""
    mail_again_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they last said that mails should come again, or showed that they do: what left before says nothing now."""

    couple: Mapped[Couple | None] = relationship(back_populates="partners")

    @property
    def is_introduced(self) -> bool:
        return bool(self.name and self.zone)

    @property
    def is_coupled(self) -> bool:
        return self.couple is not None and self.couple.is_open

    @property
    def takes_mail(self) -> bool:
        """Whether anything is mailed to them, beside a link that they ask for to sign in."""
        return self.bounced_at is None and self.complained_at is None

    def was_reached(self, now: datetime) -> None:
        """A link that we mailed to them has come back with them: the address works, whatever it did before."""
        if self.bounced_at is not None:
            self.bounced_at, self.mail_again_at = None, now

    def wants_mail_again(self, now: datetime) -> None:
        """They said so. It takes a word of theirs after a complaint."""
        if not self.takes_mail:
            self.bounced_at, self.complained_at, self.mail_again_at = None, None, now

    def introduce(self, *, name: str, zone: str) -> None:
        """How they want to be called, and where their clock stands. Raises RefusedError."""
        cleaned = one_line(name, limit=NAME_LIMIT, field="name", name="A name")
        if not cleaned:
            raise RefusedError("Please say how you want to be called.", field="name")
        if not known_zone(zone.strip()):
            raise RefusedError(
                "We do not know that time zone. Type a city near you, like Madrid, and choose from the list.",
                field="zone",
            )
        self.name, self.zone = cleaned, zone.strip()

    def prefer(self, *, plain_titles: bool, depth_cap: int) -> None:
        """Whether calendar titles and subjects are plain ('Coffee'), and how deep prompts may go for them."""
        if depth_cap not in range(1, DEEPEST + 1):
            raise RefusedError("Choose light, open or tender.", field="depth_cap")
        self.plain_titles, self.depth_cap = plain_titles, depth_cap

    @classmethod
    def taking_mail(cls) -> ColumnElement[bool]:
        """`takes_mail`, asked of the database."""
        return and_(cls.bounced_at.is_(None), cls.complained_at.is_(None))

    @classmethod
    def taking_no_mail(cls, session: Session, ids: Collection[int]) -> Set[int]:
        """Those of them to whom nothing is mailed."""
        return set(session.scalars(select(cls.id).where(cls.id.in_(ids), ~cls.taking_mail())))

    @classmethod
    def with_address(cls, session: Session, address: str) -> "Partner | None":
        return session.scalar(select(cls).where(cls.address == address))


def form_couple(session: Session, first: Partner, second: Partner, now: datetime) -> Couple:
    """The two become a couple. Both must be free: the caller has asked."""
    couple = Couple(formed_at=now, phone_place="in another room", closing_line="", events_stay=True)
    session.add(couple)
    session.flush()
    for side, partner in enumerate((first, second), start=1):
        partner.couple, partner.side = couple, side
    session.flush()
    return couple
