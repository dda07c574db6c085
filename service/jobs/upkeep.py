"""The slow work: a longer horizon, proposals nobody answered, rows that have served."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rituals.calendar_letters import repair
from rituals.extension import extend
from rituals.horizon import derive, next_to_extend, put_off
from rituals.linked_calendar import LinkedCalendar
from rituals.outbox import Letter, LetterKind
from rituals.plan import Plan
from rituals.version import PROPOSAL_LIFE, Version, VersionState
from service.logs import event, failure
from service.services import Services

PLANS_AT_ONCE = 200
DERIVED_AT_ONCE = 20
"""Whole, which takes longer: few, so that the pages never wait long for the database."""
ROWS_AT_ONCE = 500


def extend_horizons(services: Services) -> int:
    """Some plans whose rows do not reach far enough; locked one by one, so workers share the work."""
    with services.database.reading() as session:
        if not next_to_extend(session, services.clock(), 1, lock=False):
            return 0
    with services.database.recording() as session:  # what a power loss takes is merely made again
        session.connection()  # the clock is read when the lock is ours
        now = services.clock()
        plans = next_to_extend(session, now, PLANS_AT_ONCE, lock=True)
        changed = _go_on(session, services, plans, now)
        for plan in changed[:DERIVED_AT_ONCE]:
            _derive(session, services, plan, now)
    event("horizon.extended", plans=len(plans), derived=len(changed))
    return len(plans)


def _go_on(session: Session, services: Services, plans: Sequence[Plan], now: datetime) -> Sequence[Plan]:
    """Add what is missing at the end, all at once; answers the plans for which that is not enough."""
    try:
        with session.begin_nested():
            return extend(session, plans, now, window=services.settings.prompt_window)
    except SQLAlchemyError:
        raise
    except Exception:
        return plans  # one of them cannot be read: each by itself, which says why


def _derive(session: Session, services: Services, plan: Plan, now: datetime) -> None:
    """One that cannot be read, as when its zone was abolished, keeps no other from being extended."""
    try:
        with session.begin_nested():
            derive(session, plan, now, window=services.settings.prompt_window)
    except SQLAlchemyError:
        raise
    except Exception as error:
        failure("horizon.unreadable", error, plan=plan.id)
        put_off(plan, now)


def expire_proposals(services: Services) -> None:
    """After two weeks without an answer a proposal is over, without a word."""
    now = services.clock()
    old = select(Version).where(Version.state == VersionState.PROPOSED, Version.proposed_at < now - PROPOSAL_LIFE)
    old = old.order_by(Version.plan_id)  # plans are locked in one order everywhere
    with services.database.writing() as session:
        for version in session.scalars(old.limit(ROWS_AT_ONCE)).all():
            plan = session.get_one(Plan, version.plan_id, with_for_update=True)
            session.refresh(version)
            if version.is_open:
                plan.close(version, VersionState.EXPIRED, now)


def tell_of_calendar_trouble(services: Services) -> None:
    """Mail for those whose calendar lets nobody in, or is gone: at once, and three times more while it lasts."""
    with services.database.reading() as session:
        if not LinkedCalendar.to_be_told_of(session, services.clock(), lock=False):
            return
    with services.database.writing() as session:
        session.connection()
        now = services.clock()
        for linked in LinkedCalendar.to_be_told_of(session, now, lock=True):
            partner = linked.connection.partner
            Letter.write(
                session,
                LetterKind.CALENDAR_TROUBLE,
                to=partner.address,
                about_id=linked.id,
                partner_id=partner.id,
                now=now,
            )
            linked.was_told(now)


def repair_calendars(services: Services) -> None:
    """Calendars that could not be told how things stand are told again."""
    with services.database.writing() as session:
        repaired = repair(session, services.clock(), limit=ROWS_AT_ONCE)
    if repaired:
        event("calendars.repaired", placements=repaired)
