"""The slow work: a longer horizon, proposals nobody answered, rows that have served."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from rituals.calendar_letters import repair
from rituals.collision import Collision
from rituals.couple import Couple
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.horizon import derive, next_to_extend, put_off
from rituals.invitation import Invitation
from rituals.leaving import leave
from rituals.linked_calendar import LinkedCalendar
from rituals.offer import Offer
from rituals.open_account import OpenAccount
from rituals.outbox import Draft, Letter, LetterKind
from rituals.plan import Plan
from rituals.private_block import PrivateBlock
from rituals.signin import LOG_KEPT, SignedIn, SignInLink
from rituals.version import PROPOSAL_LIFE, Version, VersionState
from service.logs import event, failure
from service.services import Services

PLANS_AT_ONCE = 20
ROWS_AT_ONCE = 500
DELIVERIES_KEPT = timedelta(days=90)
CLOSED_COUPLES_KEPT = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=4)


def extend_horizons(services: Services) -> int:
    """Some plans whose rows do not reach far enough; locked one by one, so workers share the work."""
    with services.database.reading() as session:
        if not next_to_extend(session, services.clock(), 1, lock=False):
            return 0
    with services.database.writing() as session:
        session.connection()  # the clock is read when the lock is ours
        now = services.clock()
        plans = next_to_extend(session, now, PLANS_AT_ONCE, lock=True)
        for plan in plans:
            _extend(session, services, plan, now)
    event("horizon.extended", plans=len(plans))
    return len(plans)


def _extend(session: Session, services: Services, plan: Plan, now: datetime) -> None:
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


def prune(services: Services) -> None:
    """What the privacy page says is not kept longer."""
    now = services.clock()
    with services.database.writing() as session:
        for kind in (Delivery, Letter):
            _prune_settled(session, kind, now)
        session.execute(delete(Draft).where(Draft.made_at < now - DRAFTS_KEPT))
        OpenAccount.prune(session, now)
        session.execute(delete(SignInLink).where(SignInLink.asked_at < now - LOG_KEPT))
        session.execute(delete(SignedIn).where(SignedIn.expires_at < now))
        Offer.forget(session, now)
        Collision.forget(session, now - LOG_KEPT)
        PrivateBlock.forget(session, now)
        session.execute(delete(Invitation).where(Invitation.expires_at < now - LOG_KEPT))
        _forget_closed(session, now)


def _prune_settled(session: Session, kind: type[Delivery] | type[Letter], now: datetime) -> None:
    kept = DELIVERIES_KEPT if kind is Delivery else LOG_KEPT
    old = select(kind.id).where(kind.due_at < now - kept, kind.state.not_in((State.PLANNED,))).limit(ROWS_AT_ONCE)
    session.execute(delete(kind).where(kind.id.in_(old.scalar_subquery())))


def _forget_closed(session: Session, now: datetime) -> None:
    """Whoever was left and never put it away is out of it now, as if they had."""
    closed = select(Couple).where(Couple.closed_at < now - CLOSED_COUPLES_KEPT).order_by(Couple.id).limit(ROWS_AT_ONCE)
    couples = session.scalars(closed.with_for_update(skip_locked=True)).all()  # another worker may be at it as well
    for couple in couples:
        for partner in tuple(couple.partners):
            leave(session, partner, now, events_stay=couple.events_stay)
    session.execute(delete(Couple).where(Couple.id.in_([couple.id for couple in couples])))
