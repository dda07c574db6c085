"""A couple's choice of a ritual: proposed, agreed, paused, ended."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.act import Act
from rituals.couple import Couple, Partner
from rituals.fitting import fit_overrides
from rituals.horizon import derive
from rituals.news import Happening, tell
from rituals.occurrence import Occurrence
from rituals.override import Override
from rituals.placement import NEAR
from rituals.placing import place
from rituals.recurrence import Recurrence
from rituals.refused import RefusedError, StaleError
from rituals.ritual import Ritual
from rituals.storage import At, Base, Id, Moment, PrimaryKey, stored
from rituals.version import PartStat, Terms, Version, VersionState

PLANS_AT_MOST = 60


class PlanState(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    PAUSED = "paused"
    ENDED = "ended"


class Plan(Base):
    """What two people do together, and when. Only a version to which both said yes is in force."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("couple_id", "form_key"),
        Index("ix_plan_horizon_at", "horizon_at"),
        Index(
            "ix_plan_tzdata",
            "tzdata",
            postgresql_where=text("horizon_at IS NOT NULL"),
            sqlite_where=text("horizon_at IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    couple_id: Mapped[int] = mapped_column(Id, ForeignKey("couple.id", ondelete="CASCADE"), index=True)
    ritual: Mapped[str] = mapped_column(String(64))
    ritual_name: Mapped[str] = mapped_column(String(120))
    """As it was called when chosen: for a plan whose ritual has left the catalogue."""
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[PlanState] = mapped_column(stored(PlanState), default=PlanState.PROPOSED)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    revised_at: Mapped[At]
    created_at: Mapped[At]
    form_key: Mapped[str] = mapped_column(String(64))
    """Drawn with the form: the same form sent twice makes one plan."""
    horizon_at: Mapped[datetime | None] = mapped_column(Moment)
    """Up to when occurrences stand as rows; None where none are wanted."""
    tzdata: Mapped[str] = mapped_column(String(16), default="")
    """The time zone data by which they were derived; after a minus, that by which they could not be."""

    couple: Mapped[Couple] = relationship()
    versions: Mapped[list[Version]] = relationship(order_by=Version.number, cascade="all, delete-orphan")
    overrides: Mapped[list[Override]] = relationship(order_by=Override.original_starts, cascade="all, delete-orphan")

    @classmethod
    def propose(cls, act: Act, ritual: Ritual, terms: Terms, *, form_key: str) -> "Plan":
        """A first proposal: a yes from one, a question to the other. The same form again finds the same plan."""
        session, couple, now = act.session, act.couple, act.now
        session.refresh(couple, with_for_update=True)
        _ = act.couple  # it may have been left while we waited
        already = session.scalar(select(cls).where(cls.couple_id == couple.id, cls.form_key == form_key))
        if already is not None:
            return already
        if len(cls.living(session, couple)) >= PLANS_AT_MOST:
            raise RefusedError("That is a great many rituals. End one that rests before you choose another.")
        plan = cls(
            couple_id=couple.id,
            ritual=ritual.slug,
            ritual_name=ritual.name,
            uid=f"{uuid.uuid4()}@side-by-side",
            state=PlanState.PROPOSED,
            sequence=0,
            revised_at=now,
            created_at=now,
            form_key=form_key,
            tzdata="",
            versions=[Version.propose(1, terms, by=act.by, to=act.other, now=now)],
        )
        session.add(plan)
        session.flush()
        tell(session, act.other, plan.id, Happening.PROPOSED, now)
        return plan

    @classmethod
    def of(cls, session: Session, partner: Partner, plan_id: int, *, lock: bool = False) -> "Plan | None":
        """This partner's plan with this id; None for anybody else's, as for one that never was."""
        if not partner.is_coupled:
            return None
        plan = session.scalar(select(cls).where(cls.id == plan_id, cls.couple_id == partner.couple_id))
        return plan if plan is None or not lock or plan.hold(session, partner) else None

    def hold(self, session: Session, partner: Partner) -> bool:
        """Lock it until the transaction ends. False if the space was left while we waited for the lock."""
        session.refresh(self, with_for_update=True)
        session.refresh(partner)
        session.refresh(self.couple)
        return self.couple.is_open and partner.couple_id == self.couple_id

    @classmethod
    def hold_all(cls, session: Session, couple: Couple) -> None:
        """Lock all of theirs, in the order in which everybody locks several, after the couple itself."""
        session.scalars(select(cls.id).where(cls.couple_id == couple.id).order_by(cls.id).with_for_update()).all()

    @classmethod
    def living(cls, session: Session, couple: Couple) -> list["Plan"]:
        """Every plan that has not ended."""
        living = select(cls).where(cls.couple_id == couple.id, cls.state != PlanState.ENDED)
        return list(session.scalars(living.order_by(cls.id)))

    @property
    def agreed(self) -> Version | None:
        """The wording in force: both said yes to it."""
        return next((version for version in self.versions if version.state == VersionState.AGREED), None)

    @property
    def open_version(self) -> Version | None:
        """The wording that waits for an answer, if one does."""
        return next((version for version in reversed(self.versions) if version.is_open), None)

    @property
    def latest(self) -> Version:
        return self.versions[-1]

    @property
    def recurrence(self) -> Recurrence | None:
        """By which it happens: the agreed rule."""
        agreed = self.agreed
        return agreed.recurrence if agreed else None

    def was_put_to(self, partner: Partner) -> bool:
        """Whether this partner was ever asked about it, also in a space they have left."""
        return any(answer.partner_id == partner.id for version in self.versions for answer in version.acceptances)

    @property
    def is_running(self) -> bool:
        """Whether prompts and dates are due: agreed, not resting, and the space still shared."""
        return self.state == PlanState.AGREED and self.couple.is_open

    @property
    def is_on_calendars(self) -> bool:
        return self.state == PlanState.AGREED and (self.couple.is_open or self.couple.events_stay)

    def suggest(self, act: Act, terms: Terms) -> Version:
        """Another wording, from either. It replaces one that waits; an agreed one holds until the other's yes."""
        self._must_not_have_ended()
        waiting = self.open_version
        if waiting is not None:
            waiting.settle(VersionState.REPLACED, act.now)
        version = Version.propose(self.latest.number + 1, terms, by=act.by, to=act.other, now=act.now)
        self.versions.append(version)
        act.session.flush()
        tell(act.session, act.other, self.id, Happening.PROPOSED, act.now)
        return version

    def accept(self, act: Act, number: int) -> None:
        """A yes to exactly this version. With both, it comes into force."""
        version = self._awaited(number, act.by)
        if version is None:
            return
        if not version.recurrence.upcoming(act.now, 1):
            raise StaleError("The last date of this proposal has passed. Please suggest another time.")
        version.answer(act.by, PartStat.ACCEPTED, act.now)
        if version.is_accepted_by_both:
            self._agree(act, version)
            tell(act.session, version.proposed_by, self.id, Happening.AGREED, act.now)

    def decline(self, act: Act, number: int) -> None:
        """A no to this version. What was agreed before it, still is."""
        version = self._awaited(number, act.by)
        if version is None:
            return
        version.answer(act.by, PartStat.DECLINED, act.now)
        self.close(version, VersionState.DECLINED, act.now)
        tell(act.session, version.proposed_by, self.id, Happening.DECLINED, act.now)

    def withdraw(self, act: Act, number: int) -> None:
        """The one who proposed takes it back before there is an answer."""
        version = self.open_version
        if version is not None and version.number == number and version.proposed_by_id == act.by.id:
            self.close(version, VersionState.WITHDRAWN, act.now)

    def close(self, version: Version, state: VersionState, now: datetime) -> None:
        """This wording is off the table; without an agreed one, the plan is over."""
        version.settle(state, now)
        if self.agreed is None:
            self.state = PlanState.ENDED

    def pause(self, act: Act) -> None:
        if self.state == PlanState.AGREED:
            self._turn(act, PlanState.PAUSED, Happening.PAUSED)

    def resume(self, act: Act) -> None:
        """Goes on from here; nothing of the paused time is sent."""
        if self.state == PlanState.PAUSED:
            self._turn(act, PlanState.AGREED, Happening.RESUMED)

    def end(self, act: Act) -> None:
        waiting = self.open_version
        if waiting is not None:
            waiting.settle(VersionState.WITHDRAWN, act.now)
        if self.agreed is None:
            self.state = PlanState.ENDED
        elif self.state != PlanState.ENDED:
            self._turn(act, PlanState.ENDED, Happening.ENDED)

    def override(self, act: Act, original_starts: datetime, starts: datetime | None) -> None:
        """Let one start differ from the rule; None leaves it out, the original start lifts the difference."""
        override = next((one for one in self.overrides if one.original_starts == original_starts), None)
        if override is not None and starts == original_starts:
            self.overrides.remove(override)
        elif override is not None:
            override.starts, override.sequence, override.revised_at = starts, self.sequence + 1, act.now
        elif starts != original_starts:
            self.overrides.append(
                Override(original_starts=original_starts, starts=starts, sequence=self.sequence + 1, revised_at=act.now)
            )

    def revise(self, act: Act) -> None:
        """Something that calendars show has changed: number it, derive what follows, let calendars know."""
        urgent = self._starts_soon(act.session, act.now)
        self.sequence += 1
        self.revised_at = act.now
        act.session.flush()
        derive(act.session, self, act.now, window=act.window)
        place(act.session, self, act.now, urgent=urgent or self._starts_soon(act.session, act.now))

    def _agree(self, act: Act, version: Version) -> None:
        before = self.agreed
        if before is not None:
            before.settle(VersionState.REPLACED, act.now)
            act.session.flush()  # only one may be agreed
        version.settle(VersionState.AGREED, act.now)
        if before is not None:
            fit_overrides(act, self, before.recurrence, version.recurrence)
        if self.state == PlanState.PROPOSED:
            self.state = PlanState.AGREED
        self.revise(act)

    def _turn(self, act: Act, state: PlanState, what: Happening) -> None:
        soon = self._starts_soon(act.session, act.now)
        self.state = state
        self.revise(act)
        tell(act.session, act.other, self.id, what, act.now, soon=soon)

    def _awaited(self, number: int, by: Partner) -> Version | None:
        """The version that this partner is asked about. None: they have given this very answer before."""
        self._must_not_have_ended()
        version = self.open_version
        if version is None and self.agreed is not None and self.agreed.number == number:
            return None
        if version is None or version.number != number or not version.awaits(by):
            raise StaleError("This proposal has changed in the meantime. Please have another look.")
        return version

    def _must_not_have_ended(self) -> None:
        if self.state == PlanState.ENDED:
            raise StaleError("This ritual has ended. It can be chosen anew from the catalogue.")

    def _starts_soon(self, session: Session, now: datetime) -> bool:
        near = select(Occurrence.id).where(
            Occurrence.plan_id == self.id, Occurrence.starts_at > now, Occurrence.starts_at < now + NEAR
        )
        return session.scalar(near.limit(1)) is not None
