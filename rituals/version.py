"""One wording of a plan, and what each of the two said to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rituals.couple import Partner
from rituals.recurrence import Recurrence, known_zone
from rituals.refused import RefusedError
from rituals.rule import Rule
from rituals.storage import At, Base, Id, Moment, PrimaryKey, WallClock, stored
from rituals.wording import one_line

PROPOSAL_LIFE = timedelta(days=14)
INTENTION_LIMIT = 240


class PartStat(StrEnum):
    """RFC 5545, 3.2.12."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class VersionState(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Terms:
    """What two people agree on: when, how often, how long, in whose clock, and their if-then line."""

    recurrence: Recurrence
    intention: str

    @classmethod
    def of(cls, recurrence: Recurrence, intention: str, now: datetime) -> "Terms":
        """Checked terms, begun at the first start that the rule holds. Raises RefusedError."""
        if not known_zone(recurrence.zone):
            raise RefusedError("We do not know that time zone.", field="zone")
        line = one_line(intention, limit=INTENTION_LIMIT, field="intention", name="The if-then line")
        settled = recurrence.normalised()
        first = settled.first()
        if first is None:
            raise RefusedError("With these choices there is no date at all. Please choose other days.", field="starts")
        if first.starts_at <= now:
            raise RefusedError(
                "The first date lies in the past. Please choose one that is still to come.", field="date"
            )
        return cls(settled, line)


class Version(Base):
    """A numbered wording of a plan. Only one to which both said yes is ever in force."""

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        Index("ix_version_state_proposed_at", "state", "proposed_at"),
        Index(
            "uq_version_agreed",
            "plan_id",
            unique=True,
            postgresql_where=text("state = 'agreed'"),
            sqlite_where=text("state = 'agreed'"),
        ),
    )

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[VersionState] = mapped_column(stored(VersionState), default=VersionState.PROPOSED)
    starts: Mapped[datetime] = mapped_column(WallClock)
    zone: Mapped[str] = mapped_column(String(64))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    rule: Mapped[str] = mapped_column(String(200), default="")
    intention: Mapped[str] = mapped_column(String(INTENTION_LIMIT), default="")
    proposed_by_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id"), index=True)
    proposed_at: Mapped[At]
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    acceptances: Mapped[list["Acceptance"]] = relationship(back_populates="version", cascade="all, delete-orphan")
    proposed_by: Mapped[Partner] = relationship()

    @classmethod
    def propose(cls, number: int, terms: Terms, *, by: Partner, to: Partner, now: datetime) -> "Version":
        """A new wording: a yes from the one who proposes, a question to the other."""
        recurrence = terms.recurrence
        version = cls(
            number=number,
            state=VersionState.PROPOSED,
            starts=recurrence.starts,
            zone=recurrence.zone,
            minutes=int(recurrence.duration.total_seconds() // 60),
            rule=str(recurrence.rule) if recurrence.rule else "",
            intention=terms.intention,
            proposed_by_id=by.id,
            proposed_at=now,
        )
        version.acceptances = [
            Acceptance(partner_id=by.id, partstat=PartStat.ACCEPTED, answered_at=now),
            Acceptance(partner_id=to.id, partstat=PartStat.NEEDS_ACTION, answered_at=None),
        ]
        return version

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(
            starts=self.starts,
            zone=self.zone,
            duration=timedelta(minutes=self.minutes),
            rule=Rule.parse(self.rule) if self.rule else None,
        )

    @property
    def is_open(self) -> bool:
        return self.state == VersionState.PROPOSED

    @property
    def is_accepted_by_both(self) -> bool:
        return all(answer.partstat == PartStat.ACCEPTED for answer in self.acceptances)

    def awaits(self, partner: Partner) -> bool:
        """Whether this partner has still to answer."""
        return self.is_open and self._of(partner).partstat == PartStat.NEEDS_ACTION

    def answer(self, partner: Partner, partstat: PartStat, now: datetime) -> None:
        acceptance = self._of(partner)
        acceptance.partstat, acceptance.answered_at = partstat, now

    def settle(self, state: VersionState, now: datetime) -> None:
        self.state, self.settled_at = state, now

    def _of(self, partner: Partner) -> "Acceptance":
        return next(answer for answer in self.acceptances if answer.partner_id == partner.id)


class Acceptance(Base):
    """One partner's answer to one version."""

    __tablename__ = "acceptance"
    __table_args__ = (UniqueConstraint("version_id", "partner_id"),)

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = mapped_column(Id, ForeignKey("version.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    partstat: Mapped[PartStat] = mapped_column(stored(PartStat))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    version: Mapped[Version] = relationship(back_populates="acceptances")
