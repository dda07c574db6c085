"""A connected calendar and what is agreed are brought into step, one turn at a time."""

import random
import time
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rituals import choosing
from rituals.calendar_interfaces import Access, Calendar, CalendarError, CalendarProvider, Trouble
from rituals.connection import CalendarConnection
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
from service.logs import event, failure
from service.services import Services

PAUSE = timedelta(seconds=2)
"""After the database was away."""


def take_turn(services: Services, linked_id: int, lease: Lease) -> None:
    """Every step may be repeated: what is known of it is written down before the next one begins."""
    try:
        is_done = _bring_into_step(services, linked_id, lease)
    except TurnLostError:
        event("calendar.turn-lost", id=linked_id)
        _let_go(services, linked_id, lease)  # where its owner disconnected it, our last turn comes at once
    except CalendarError as error:
        event("calendar.trouble", id=linked_id, trouble=error.trouble.value, why=str(error))
        _went_wrong(services, linked_id, lease, error)
    except Exception as error:
        if services.database.is_unavailable(error):
            _hand_back(services, linked_id, lease)
            raise
        # It must not come round again and again, as if nothing were wrong.
        failure("calendar.failed", error, id=linked_id)
        _went_wrong(services, linked_id, lease, CalendarError("Nobody foresaw this.", Trouble.ODD))
    else:
        _went_well(services, linked_id, lease, is_done=is_done)


def _bring_into_step(services: Services, linked_id: int, lease: Lease) -> bool:
    """Whether there was time for all of it."""
    with services.database.reading() as session:
        linked = session.get(LinkedCalendar, linked_id)
        if linked is None or linked.sealed is None:
            return True
        token, farewell = linked.token, linked.farewell
        turn = Turn(services, linked_id, linked.connection_id, lease, services.clock(), farewell)
        provider, access = _provider(services, linked), _access(services, linked)
    calendar = provider.open(access)
    try:
        if farewell is not None:
            _say_farewell(turn, provider, calendar, farewell)
            return True
        Reading(turn, calendar).run(token)
        is_done = Writing(turn, calendar).run()
        keep_listening(turn, calendar)
        return is_done
    finally:
        calendar.close()
        if calendar.access != access:
            _keep_access(turn, calendar.access)


def _provider(services: Services, linked: LinkedCalendar) -> CalendarProvider:
    provider = services.calendars.get(linked.connection.way)
    if provider is None:
        raise CalendarError("This way is not set up here.", Trouble.UNREACHABLE)
    return provider


def _access(services: Services, linked: LinkedCalendar) -> Access:
    try:
        return linked.access(services.vault)
    except ValueError as error:
        raise CalendarError("Its access cannot be unsealed any more.", Trouble.RECONNECT) from error


def _keep_access(turn: Turn, access: Access) -> None:
    """Tokens were renewed."""
    with turn.services.database.writing() as session:
        linked = LinkedCalendar.held(session, turn.linked_id, turn.lease)
        if linked is not None and linked.sealed is not None:
            linked.keep(access, turn.services.vault)


def _went_well(services: Services, linked_id: int, lease: Lease, *, is_done: bool) -> None:
    with services.database.writing() as session:
        linked = LinkedCalendar.held(session, linked_id, lease)
        if linked is not None:
            now = services.clock()
            linked.went_well()
            linked.let_go(lease, _next_at(session, linked, now) if is_done else now)


def _let_go(services: Services, linked_id: int, lease: Lease, *, after: timedelta = timedelta()) -> None:
    """Where it is still ours, another turn may come soon."""
    with services.database.writing() as session:
        linked = LinkedCalendar.held(session, linked_id, lease)
        if linked is not None:
            linked.let_go(lease, services.clock() + after)


def _hand_back(services: Services, linked_id: int, lease: Lease) -> None:
    """As soon as the database is there again: a start may be near, and else nobody looks until the lease is over."""
    while services.clock() < lease.until_at:
        try:
            _let_go(services, linked_id, lease, after=PAUSE)
        except SQLAlchemyError:
            time.sleep(PAUSE.total_seconds() * random.uniform(0.5, 1))  # noqa: S311 (jitter)
        else:
            return


def _went_wrong(services: Services, linked_id: int, lease: Lease, error: CalendarError) -> None:
    with services.database.writing() as session:
        linked = _held_with_all(session, linked_id, lease)
        if linked is None:
            return
        now = services.clock()
        if linked.farewell is not None and linked.was_asked(lease):
            linked.let_go(lease, now)  # it was disconnected meanwhile, and our last word is still to be said
            return
        next_at = linked.went_wrong(error, now)
        let_mail_stand_in(session, linked, now)
        if linked.farewell is not None and (next_at is None or linked.failures >= FAREWELL_TRIES):
            _end(session, linked, now)
            next_at = None
        linked.let_go(lease, next_at)
        if next_at is not None and error.retry_after is not None:
            linked.leave_alone(next_at)


def _held_with_all(session: Session, linked_id: int, lease: Lease) -> LinkedCalendar | None:
    """It may end, or mail may stand in for it: whoever changes a plan or a way just now finishes first."""
    linked = session.get(LinkedCalendar, linked_id)
    if linked is None:
        return None
    choosing.hold(session, linked.connection.partner)
    return LinkedCalendar.held(session, linked_id, lease)


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
    if delete and not Writing(turn, calendar).run():
        raise CalendarError("There was no time for all of it.", Trouble.BUSY)
    stop_listening(turn, calendar)
    with turn.services.database.reading() as session:
        turn.check(session)
        let_in_anew = _is_let_in_anew(session, turn.linked_id)
    provider.withdraw(calendar.access, delete=delete, give_back=not let_in_anew)
    with turn.services.database.writing() as session:
        linked = _held_with_all(session, turn.linked_id, turn.lease)
        if linked is None:
            raise TurnLostError
        _end(session, linked, turn.services.clock())


def _is_let_in_anew(session: Session, linked_id: int) -> bool:
    """Whether its owner has connected another calendar in the same way since."""
    before = session.get_one(LinkedCalendar, linked_id).connection
    current = CalendarConnection.current(session, before.partner)
    return current is not None and current.id != before.id and current.way == before.way


def _end(session: Session, linked: LinkedCalendar, now: datetime) -> None:
    """Nothing opens it any more, and the way that was chosen after it may fill."""
    for placement in Placement.all_on(session, linked.connection_id):
        placement.is_off()
    linked.is_gone()
    session.flush()
    choosing.go_on(session, linked.connection.partner, now)
