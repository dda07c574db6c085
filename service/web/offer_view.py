"""What the form of a plan shows of 'Find a time'."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from rituals.connection import CalendarConnection
from rituals.couple import Partner
from rituals.ics_address import IcsAddress
from rituals.offer import Offer, OfferState
from rituals.recurrence import known_zone, wall_clock
from rituals.rhythm import Every
from rituals.rule import Weekday
from service import when
from service.web.plan_fields import PlanFields, day_of
from service.web.schedule import DateLine, Reader, date_line
from service.web.visit import Visit


class Looking(StrEnum):
    LOOKING = "looking"
    FOUND = "found"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class OfferView:
    """The same for both, but for the words about one's own calendar."""

    state: Looking
    week: str
    length: str
    times: tuple[DateLine, ...]
    is_mine_unknown: bool
    """None of the reader's own calendars is looked at. Of the other's nothing is said, here or anywhere."""


def offer_view(visit: Visit, slug: str, day: str) -> OfferView | None:
    """What was asked for the week of the day in the form; None where nobody has asked."""
    on = day_of(day)
    offer = Offer.known(visit.session, visit.couple, slug, on) if on is not None else None
    if offer is None:
        return None
    reader = Reader.of(visit)
    times = tuple(date_line(start, reader) for start in offer.ahead(visit.now))
    settled = Looking.FOUND if times else Looking.NOTHING
    return OfferView(
        state=Looking.LOOKING if offer.state == OfferState.ASKED else settled,
        week=_week(offer.week, visit.now, visit.partner),
        length=when.length(offer.length),
        times=times,
        is_mine_unknown=not _is_looked_at(visit),
    )


def put_in(fields: PlanFields, start: datetime) -> PlanFields:
    """The form with this start in it, on the clock that stands there."""
    local = wall_clock(start, fields.zone) if known_zone(fields.zone) else start
    weekly = fields.every == Every.WEEK and len(fields.weekdays) == 1
    days = (Weekday.of(local.date()).value,) if weekly else fields.weekdays
    return replace(fields, date=local.date().isoformat(), time=f"{local:%H:%M}", weekdays=days)


def _week(week: date, now: datetime, reader: Partner) -> str:
    this = wall_clock(now, reader.zone).date()
    ahead = (week - this).days
    if -7 < ahead <= 0:
        return "this week"
    return "next week" if ahead <= 7 else f"the week of {when.day(week)}"


def _is_looked_at(visit: Visit) -> bool:
    connection = CalendarConnection.current(visit.session, visit.partner)
    linked = connection is not None and connection.is_linked
    return linked or bool(IcsAddress.all_of(visit.session, visit.partner))
