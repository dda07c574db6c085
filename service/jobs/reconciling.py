"""A connected calendar and what is agreed are brought into step, one turn at a time."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals import choosing
from rituals.calendar_interfaces import Calendar, CalendarError, CalendarProvider, Trouble
from rituals.errand import Lease
from rituals.linked_calendar import BEFORE_A_START, FAREWELL_TRIES, Farewell, LinkedCalendar
from rituals.occurrence import Occurrence, Standing
from rituals.placement import Placement
from rituals.placing import let_mail_stand_in
from rituals.plan import Plan
from service.jobs.calendar_reading import Reading
from service.jobs.calendar_turn import Turn, TurnLostError
from service.jobs.calendar_writing import Writing
from service.jobs.listening import keep_listening, stop_listening
from service.logs import event
from service.services import Services


def take_turn(services: Services, linked_id: int, lease: Lease) -> None:
    """Every step may be repeated: what is known of it is written down before the next one begins."""
    try:
        _bring_into_step(services, linked_id, lease)
    except TurnLostError:
        event("calendar.turn-lost", id=linked_id)
    except CalendarError as error:
        event("calendar.trouble", id=linked_id, trouble=error.trouble.value, why=str(error))
        _went_wrong(services, linked_id, lease, error)
    else:
        _went_well(services, linked_id, lease)


def _bring_into_step(services: Services, linked_id: int, lease: Lease) -> None:
    with services.database.reading() as session:
        linked = session.get(LinkedCalendar, linked_id)
        if linked is None or linked.sealed is None:
            return
        turn = Turn(services, linked_id, linked.connection_id, lease, services.clock())
        token, farewell = linked.token, linked.farewell
        provider = _provider(services, linked)
        calendar = _opened(services, provider, linked)
    try:
        if farewell is not None:
            _say_farewell(turn, provider, calendar, farewell)
        else:
            Reading(turn, calendar).run(token)
            Writing(turn, calendar).run()
            keep_listening(turn, calendar)
    finally:
        calendar.close()
        _keep_access(turn, calendar)


def _provider(services: Services, linked: LinkedCalendar) -> CalendarProvider:
    provider = services.calendars.get(linked.connection.way)
    if provider is None:
        raise CalendarError("This way is not set up here.", Trouble.UNREACHABLE)
    return provider


def _opened(services: Services, provider: CalendarProvider, linked: LinkedCalendar) -> Calendar:
    try:
        return provider.open(linked.access(services.vault))
    except ValueError as error:
        raise CalendarError("Its access cannot be unsealed any more.", Trouble.RECONNECT) from error


def _keep_access(turn: Turn, calendar: Calendar) -> None:
    """Tokens may have been renewed."""
    vault = turn.services.vault
    with turn.services.database.writing() as session:
        linked = LinkedCalendar.held(session, turn.linked_id, turn.lease)
        with suppress(ValueError):
            if linked is not None and linked.sealed is not None and linked.access(vault) != calendar.access:
                linked.keep(calendar.access, vault)


def _went_well(services: Services, linked_id: int, lease: Lease) -> None:
    with services.database.writing() as session:
        linked = LinkedCalendar.held(session, linked_id, lease)
        if linked is not None:
            linked.went_well()
            linked.let_go(lease, _next_at(session, linked, services.clock()))


def _went_wrong(services: Services, linked_id: int, lease: Lease, error: CalendarError) -> None:
    with services.database.writing() as session:
        if error.is_lasting:
            choosing.hold(session, session.get_one(LinkedCalendar, linked_id).connection.partner)
        linked = LinkedCalendar.held(session, linked_id, lease)
        if linked is None:
            return
        next_at = linked.went_wrong(error, services.clock())
        let_mail_stand_in(session, linked, services.clock())
        if linked.farewell is not None and (next_at is None or linked.failures >= FAREWELL_TRIES):
            _end(session, linked, services.clock())
            next_at = None
        linked.let_go(lease, next_at)


def _next_at(session: Session, linked: LinkedCalendar, now: datetime) -> datetime | None:
    """After a while, and shortly before the next start."""
    if linked.sealed is None:
        return None
    coming = (
        select(Occurrence.starts_at)
        .join(Plan, Plan.id == Occurrence.plan_id)
        .where(Plan.couple_id == linked.connection.partner.couple_id)
        .where(Occurrence.standing == Standing.PLANNED, Occurrence.starts_at > now + BEFORE_A_START)
    )
    starts_at = session.scalar(coming.order_by(Occurrence.starts_at).limit(1))
    later = now + linked.period(now)
    return min(later, starts_at - BEFORE_A_START) if starts_at is not None else later


def _say_farewell(turn: Turn, provider: CalendarProvider, calendar: Calendar, farewell: Farewell) -> None:
    delete = farewell == Farewell.DELETE
    if delete:
        with turn.services.database.reading() as session:
            standing = [one.plan.uid for one in turn.placements(session) if one.stands]
        for uid in standing:
            calendar.remove(uid)
    stop_listening(turn, calendar)
    provider.withdraw(calendar.access, delete=delete)
    with turn.services.database.writing() as session:
        linked = LinkedCalendar.held(session, turn.linked_id, turn.lease)
        if linked is None:
            raise TurnLostError
        _end(session, linked, turn.services.clock())


def _end(session: Session, linked: LinkedCalendar, now: datetime) -> None:
    """Nothing opens it any more, and the way that was chosen after it may fill."""
    for placement in session.scalars(select(Placement).where(Placement.connection_id == linked.connection_id)):
        placement.is_off()
    linked.is_gone()
    session.flush()
    choosing.go_on(session, linked.connection.partner, now)
