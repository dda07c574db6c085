"""One plan on one partner's calendar: whether it should stand there, and what that calendar was last told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.calendar_event import Event, Override
from rituals.calendar_interfaces import Held
from rituals.connection import CalendarConnection
from rituals.outbox import GATHERED_FOR, Draft, Letter, LetterKind
from rituals.recurrence import moment
from rituals.storage import Base, Id, Moment, PrimaryKey
from rituals.timetable import Json, Timetable

if TYPE_CHECKING:
    from rituals.plan import Plan

NEAR = timedelta(minutes=30)
"""A change this close to a start is not held back to be gathered with others."""


class Placement(Base):
    """Desired against told. For e-mail, told is all that can be known."""

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("plan_id", "connection_id"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(Id, ForeignKey("plan.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(Id, ForeignKey("calendar_connection.id", ondelete="CASCADE"), index=True)
    wanted: Mapped[bool] = mapped_column(Boolean)
    sequence: Mapped[int | None] = mapped_column(Integer)
    """The plan's sequence that the calendar was last told; None: nothing yet, or all taken away again."""
    shown: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    """A calendar that is read back: the times that stand there, as far as is known; None: nothing."""
    intended: Mapped[list[Json | None] | None] = mapped_column(JSON(none_as_null=True))
    """What we asked for and of which nobody knows yet whether it arrives: states, and null for taking it off."""
    etag: Mapped[str | None] = mapped_column(Text)
    """Of what stands there."""
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    """Of the event that was last written whole."""
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    """Its owner deleted it there, and it stays deleted until they want it back."""

    plan: Mapped["Plan"] = relationship()
    connection: Mapped[CalendarConnection] = relationship()

    @classmethod
    def on(cls, session: Session, plan: "Plan", connection: CalendarConnection) -> "Placement":
        """The placement of this plan on this calendar, made if there is none."""
        ours = select(cls).where(cls.plan_id == plan.id, cls.connection_id == connection.id).with_for_update()
        placement = session.scalar(ours, execution_options={"populate_existing": True})
        if placement is None:
            placement = cls(plan_id=plan.id, connection_id=connection.id, wanted=False, sequence=None)
            session.add(placement)
            session.flush()
        return placement

    @classmethod
    def all_on(cls, session: Session, connection_id: int) -> Sequence["Placement"]:
        """Those on one calendar, locked: whoever has just sent a letter to it writes that down first."""
        here = select(cls).where(cls.connection_id == connection_id).order_by(cls.plan_id).with_for_update()
        return session.scalars(here, execution_options={"populate_existing": True}).all()

    @classmethod
    def taken_out(cls, session: Session, connection: CalendarConnection) -> Sequence["Placement"]:
        """Those that stand for both and that the calendar's owner deleted there."""
        gone = select(cls).where(cls.connection_id == connection.id, cls.deleted_at.is_not(None), cls.wanted)
        return session.scalars(gone.order_by(cls.plan_id)).all()

    @property
    def stands(self) -> bool:
        """Whether anything of it may stand in a calendar that is read back."""
        return self.shown is not None or self.intended is not None

    @property
    def written_states(self) -> tuple[Timetable, ...]:
        """Everything that we wrote there, or may have written."""
        states = (self.shown, *(self.intended or ()))
        return tuple(Timetable.from_json(one) for one in states if one is not None)

    @property
    def may_be_taken_off(self) -> bool:
        """By us: if it is gone, then perhaps because we asked for that."""
        return self.intended is not None and None in self.intended

    def is_settled(self, plan: "Plan") -> bool:
        """Whether a calendar that is read back shows the plan as it stands, or is not to show it."""
        return self.deleted_at is not None or (self.intended is None and self.knows(plan))

    def wants(self, event: Event) -> bool:
        """Whether this event is still to be written to a calendar that is read back."""
        stands = self.shown is not None and Timetable.from_json(self.shown) == event.timetable
        settled = self.intended is None and stands and self.fingerprint == event.fingerprint
        return self.wanted and self.deleted_at is None and not event.called_off and not settled

    def goes(self, event: Event | None) -> bool:
        """Whether what stands there is to be taken away."""
        return self.stands and (not self.wanted or event is None or event.called_off)

    def with_the_past(self, event: Event, now: datetime) -> Event:
        """The event as it is to be written: a date that is over stays as its owner has it."""
        there = Timetable.from_json(self.shown) if self.shown is not None else None
        if there is None or there.recurrence != event.recurrence:
            return event
        theirs, ours = there.dates, event.timetable.dates
        over = {
            original: theirs.get(original, original)
            for original in theirs.keys() | ours.keys()
            if all(_is_over(one, original, event.recurrence.zone, now) for one in (theirs, ours))
        }
        kept = tuple(one for one in event.overrides if one.original_starts not in over)
        sequence, revised_at = event.revision
        differing = sorted((original, starts) for original, starts in over.items() if starts != original)
        past = tuple(Override(original, starts, sequence, revised_at) for original, starts in differing)
        return replace(event, overrides=kept + past)

    def intend(self, event: Event | None) -> None:
        """About to be written, or taken off: from here on nobody knows which of all these stands there.

        What was intended before may still be on its way, until it is known that something stands there since.
        """
        state = event.timetable.to_json() if event is not None else None
        before = self.intended or []
        self.intended = [*before, state] if state not in before else before

    def was_written(self, event: Event, etag: str, sequence: int) -> None:
        self.shown, self.intended, self.etag = event.timetable.to_json(), None, etag
        self.fingerprint, self.sequence = event.fingerprint, sequence

    def was_seen(self, held: Held) -> None:
        """What stands there now, whoever wrote it. Where nothing has happened since, a late write may still come."""
        if held.etag != self.etag:
            self.intended = None
        self.shown, self.etag = held.timetable.to_json(), held.etag

    def is_off(self) -> None:
        """Nothing of it stands there any more."""
        self.shown = self.intended = self.etag = self.fingerprint = self.sequence = None

    def was_deleted(self, now: datetime) -> None:
        """By its owner."""
        self.is_off()
        self.deleted_at = now

    def put_back(self) -> None:
        """Its owner wants it in their calendar again."""
        self.deleted_at = None

    def knows(self, plan: "Plan") -> bool:
        """Whether this calendar was told how the plan stands now."""
        return self.sequence is not None and self.sequence >= plan.sequence

    def follow(self, session: Session, *, wanted: bool, now: datetime, urgent: bool) -> None:
        """Bring this calendar in line with the plan, by a letter that says how it stands when it goes."""
        self.wanted = wanted
        letter = Letter.waiting(session, LetterKind.CALENDAR, self.id)
        if not wanted and self.sequence is None:
            if letter is not None:
                letter.withdraw()
            return
        held_back = self.sequence is not None and wanted and not urgent
        due_at = now + GATHERED_FOR if held_back else now
        if letter is None:
            self._write(session, due_at, now)
        else:
            session.query(Draft).where(Draft.letter_id == letter.id).delete()
            letter.plan_for(min(letter.due_at, due_at), letter.expires_at)

    def _write(self, session: Session, due_at: datetime, now: datetime) -> None:
        partner = self.connection.partner
        Letter.write(
            session,
            LetterKind.CALENDAR,
            to=partner.address,
            about_id=self.id,
            partner_id=partner.id,
            due_at=due_at,
            now=now,
        )


def _is_over(dates: Mapping[datetime, datetime | None], original: datetime, zone: str, now: datetime) -> bool:
    """Whether a date has begun by these; one that was left out, whether it would have."""
    return moment(dates.get(original) or original, zone) <= now
