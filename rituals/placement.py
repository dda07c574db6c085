"""One plan on one partner's calendar: whether it should stand there, and what that calendar was last told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.calendar_event import Event, Override
from rituals.calendar_interfaces import Held
from rituals.connection import LINKED, CalendarConnection, Way
from rituals.couple import Couple, Partner
from rituals.linked_calendar import Farewell, LinkedCalendar
from rituals.outbox import GATHERED_FOR, Draft, Letter, LetterKind
from rituals.recurrence import moment
from rituals.storage import Base, Id, Moment, PrimaryKey
from rituals.timetable import Json, Timetable

if TYPE_CHECKING:
    from rituals.plan import Plan

NEAR = timedelta(minutes=30)
"""A change this close to a start is not held back to be gathered with others."""


REPAIRED_EVERY = timedelta(days=1)


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
    intended: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    """What is being written just now, and of which nobody knows yet whether it arrived."""
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

    @property
    def stands(self) -> bool:
        """Whether anything of it may stand in a calendar that is read back."""
        return self.shown is not None or self.intended is not None

    @property
    def written_states(self) -> tuple[Timetable, ...]:
        """Everything that we wrote there, or may have written."""
        return tuple(Timetable.from_json(one) for one in (self.shown, self.intended) if one is not None)

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
        zone, ours = event.recurrence.zone, event.timetable.dates
        over = {
            original: starts
            for original, starts in there.dates.items()
            if moment(original, zone) <= now and moment(ours.get(original) or original, zone) <= now
        }
        kept = tuple(one for one in event.overrides if one.original_starts not in over)
        sequence, revised_at = event.revision
        past = tuple(Override(original, starts, sequence, revised_at) for original, starts in over.items())
        return replace(event, overrides=kept + past)

    def intend(self, event: Event) -> None:
        """About to be written: from here on nobody knows which of the two stands there."""
        self.intended = event.timetable.to_json()

    def was_written(self, event: Event, etag: str, sequence: int) -> None:
        self.shown, self.intended, self.etag = event.timetable.to_json(), None, etag
        self.fingerprint, self.sequence = event.fingerprint, sequence

    def was_seen(self, held: Held) -> None:
        """What stands there now, whoever wrote it."""
        self.shown, self.intended, self.etag = held.timetable.to_json(), None, held.etag

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


def place(session: Session, plan: "Plan", now: datetime, *, urgent: bool) -> None:
    """Let the plan's calendars follow it: both partners', each by the way its owner chose."""
    for partner in plan.couple.partners:
        connection = CalendarConnection.current(session, partner)
        if connection is not None:
            place_on(session, plan, connection, now, urgent=urgent)


def place_on(session: Session, plan: "Plan", connection: CalendarConnection, now: datetime, *, urgent: bool) -> None:
    """Let one calendar follow the plan. Where the one before it is still being cleared, that comes first."""
    if connection.is_linked:
        wake(session, connection, now)
        session.flush()  # the calendar before its placements, as everybody locks them
        Placement.on(session, plan, connection).wanted = plan.is_on_calendars
    elif connection.way == Way.MAIL and not LinkedCalendar.is_parting(session, connection.partner):
        Placement.on(session, plan, connection).follow(session, wanted=plan.is_on_calendars, now=now, urgent=urgent)


def wake(session: Session, connection: CalendarConnection, now: datetime) -> None:
    """Let the calendar at the other end be looked at soon."""
    linked = LinkedCalendar.of(session, connection)
    if linked is not None:
        linked.look_soon(now)


def take_away(session: Session, connection: CalendarConnection, now: datetime) -> None:
    """Everything of ours leaves this calendar."""
    linked = LinkedCalendar.of(session, connection)
    if linked is not None:
        linked.part(Farewell.DELETE, now)
    for placement in session.scalars(select(Placement).where(Placement.connection_id == connection.id)):
        if linked is not None:
            placement.wanted = False
        else:
            placement.follow(session, wanted=False, now=now, urgent=True)


def part(session: Session, couple: Couple, partner: Partner, now: datetime, *, stays: bool) -> None:
    """The last word to this partner's calendars about a space that closes: it is all taken away, or nothing is said.

    Where it stays, what was still to be called off stays as well: no mail comes a day later to repair it.
    """
    from rituals.plan import Plan

    theirs = (
        select(Placement)
        .join(Plan, Plan.id == Placement.plan_id)
        .join(CalendarConnection, CalendarConnection.id == Placement.connection_id)
        .where(Plan.couple_id == couple.id, CalendarConnection.partner_id == partner.id)
    )
    for placement in session.scalars(theirs).all():
        if placement.connection.is_linked:
            _part_linked(session, placement, now, stays=stays)
        elif not stays:
            placement.follow(session, wanted=False, now=now, urgent=True)
        elif not placement.wanted:
            placement.sequence = None


def _part_linked(session: Session, placement: Placement, now: datetime, *, stays: bool) -> None:
    """What stays in a calendar that is read back is not ours any more: it is neither written nor read again."""
    placement.wanted = False
    if stays:
        placement.is_off()
    else:
        wake(session, placement.connection, now)


def record_told(session: Session, letter_id: int, now: datetime) -> None:
    """A letter to a calendar has gone out: what it said is what that calendar knows."""
    letter, placement = _told(session, letter_id)
    if letter is not None and placement is not None:
        placement.sequence = letter.sequence
        _call_back(session, placement, now)


def record_perhaps_told(session: Session, letter_id: int, now: datetime) -> None:
    """Nobody knows whether it arrived: enough for the calendar to be told again, and for a cancellation to go."""
    letter, placement = _told(session, letter_id)
    if letter is not None and placement is not None and placement.sequence is None and letter.sequence is not None:
        placement.sequence = letter.sequence - 1
        _call_back(session, placement, now)


def _told(session: Session, letter_id: int) -> tuple[Letter | None, Placement | None]:
    """The letter to a calendar and, locked against whoever is changing the plan, its placement."""
    letter = session.get(Letter, letter_id)
    if letter is None or letter.kind != LetterKind.CALENDAR:
        return None, None
    return letter, session.get(Placement, letter.about_id, with_for_update=True)


def _call_back(session: Session, placement: Placement, now: datetime) -> None:
    """Called off while it was on its way."""
    if not placement.wanted and placement.sequence is not None:
        placement.follow(session, wanted=False, now=now, urgent=True)


def repair(session: Session, now: datetime, *, limit: int) -> int:
    """Write again to calendars that were not told how things stand, as after an outage of the mail: once a day."""
    from rituals.plan import Plan

    recent = select(Letter.id).where(
        Letter.kind == LetterKind.CALENDAR, Letter.about_id == Placement.id, Letter.due_at > now - REPAIRED_EVERY
    )
    untold = or_(Placement.sequence.is_(None), Placement.sequence < Plan.sequence)
    behind = and_(Placement.wanted, untold, CalendarConnection.ended_at.is_(None), Couple.closed_at.is_(None))
    left_over = and_(~Placement.wanted, Placement.sequence.is_not(None))
    rows = (
        select(Placement)
        .join(Plan, Plan.id == Placement.plan_id)
        .join(Couple, Couple.id == Plan.couple_id)
        .join(CalendarConnection, CalendarConnection.id == Placement.connection_id)
        .join(Partner, Partner.id == CalendarConnection.partner_id)
        .where(or_(behind, left_over), CalendarConnection.way.not_in(LINKED))
        .where(Partner.bounced_at.is_(None), ~recent.exists())
        .limit(limit)
    )
    placements = session.scalars(rows).all()
    for placement in placements:
        placement.follow(session, wanted=placement.wanted, now=now, urgent=True)
    return len(placements)
