"""When rituals suit a partner: hours of the week by their own clock; evenings and weekends until they choose."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.couple import Couple, Partner
from rituals.private_block import PrivateBlock
from rituals.refused import RefusedError
from rituals.rule import Weekday
from rituals.storage import Base, Id, PrimaryKey
from rituals.stretch import Stretch, merged
from rituals.zone import moment, wall_clock

DAY_END = 24 * 60
SHORTEST = 15
EVENING, WEEKEND = (17 * 60 + 30, 22 * 60 + 30), (9 * 60, 22 * 60 + 30)
_WORKING_DAYS = frozenset(list(Weekday)[:5])

Hours = Mapping[Weekday, tuple[int, int]]
"""From and until, in minutes of the day; a day that is not there has none."""

USUAL: Hours = {day: EVENING if day in _WORKING_DAYS else WEEKEND for day in Weekday}


class RitualHours(Base):
    """One day of one partner's week. Who never set any has the usual ones, and no row."""

    __tablename__ = "ritual_hours"
    __table_args__ = (UniqueConstraint("partner_id", "weekday"),)

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """Monday is 0."""
    opens: Mapped[int] = mapped_column(SmallInteger)
    closes: Mapped[int] = mapped_column(SmallInteger)
    """In minutes of the day; midnight, at the end of it, is 1440."""

    @classmethod
    def of(cls, session: Session, partner: Partner) -> Hours:
        rows = session.scalars(select(cls).where(cls.partner_id == partner.id).order_by(cls.weekday)).all()
        return {list(Weekday)[row.weekday]: (row.opens, row.closes) for row in rows} or USUAL

    @classmethod
    def set(cls, session: Session, partner: Partner, hours: Hours) -> None:
        """From now on these. Nobody but this partner is told or shown. Raises RefusedError."""
        _check(hours)
        session.refresh(partner, with_for_update=True)
        session.execute(delete(cls).where(cls.partner_id == partner.id))
        for day, (opens, closes) in hours.items():
            session.add(cls(partner_id=partner.id, weekday=day.number, opens=opens, closes=closes))
        session.flush()


def allows(session: Session, couple: Couple, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether this lies in both partners' ritual hours, and in no private block of either."""
    whole = Stretch(starts_at, ends_at)
    if PrivateBlock.between(session, [partner.id for partner in couple.partners], starts_at, ends_at):
        return False
    return all(
        any(whole.is_within(free) for free in open_to(session, partner, starts_at, ends_at))
        for partner in couple.partners
    )


def open_to(session: Session, partner: Partner, since: datetime, until: datetime) -> list[Stretch]:
    """One partner's ritual hours that touch this time, as moments."""
    return stretches(RitualHours.of(session, partner), partner.zone, since, until)


def stretches(hours: Hours, zone: str, since: datetime, until: datetime) -> list[Stretch]:
    """The hours of each day between two moments, built day by day so that no change of the clocks shifts them."""
    return [one for one in merged(_days(hours, zone, since, until)) if one.ends_at > since and one.starts_at < until]


def _days(hours: Hours, zone: str, since: datetime, until: datetime) -> Iterator[Stretch]:
    day, last = wall_clock(since, zone).date() - timedelta(days=1), wall_clock(until, zone).date()
    while day <= last:
        times = hours.get(Weekday.of(day))
        if times is not None:
            opens, closes = times
            yield Stretch(_at(day, opens, zone), _at(day, closes, zone))
        day += timedelta(days=1)


def _at(day: date, minute: int, zone: str) -> datetime:
    return moment(datetime.combine(day, time()) + timedelta(minutes=minute), zone)


def _check(hours: Hours) -> None:
    if not hours:
        raise RefusedError("Leave at least one day on which a ritual may take place.", field="hours")
    for day, (opens, closes) in hours.items():
        field = f"until_{day.value.lower()}"
        if not 0 <= opens < DAY_END or not 0 < closes <= DAY_END:
            raise RefusedError("Times go from 00:00 to 24:00.", field=field)
        if closes < opens + SHORTEST:
            raise RefusedError("This ends before it begins. Midnight at the end of the day is 00:00.", field=field)
