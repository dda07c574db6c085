"""Turns of connected calendars beside other transactions, on PostgreSQL: nobody waits in a circle, no wish is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.calendar_interfaces import Access, CalendarError
from rituals.catalogue import Catalogue
from rituals.choosing import choose_way, link
from rituals.connection import Way
from rituals.couple import Partner
from rituals.linked_calendar import Farewell, LinkedCalendar
from rituals.outbox import Letter, LetterKind
from rituals.plan import Plan
from service.database import Database
from service.jobs.calendars import take_a_turn
from tests.service.conftest import workday
from tests.service.linked_pair import NAMES, WAYS, LinkedPair
from tests.service.test_turns_beside_others import SECOND, SUNDAY, disconnect, look_once, move
from tests.service.workday import ANA, BEN, Pair

SOON = 10.0


@pytest.fixture
def both(
    postgresql_url: str, open_database: Callable[[str], Database], tmp_path: Path, decks: Catalogue
) -> Iterator[LinkedPair]:
    day = workday(open_database(postgresql_url), tmp_path, decks)
    yield LinkedPair.connect(day, Pair.meet(day))
    day.services.database.close()


def wake(both: LinkedPair) -> None:
    with both.day.services.database.writing() as session:
        for linked in session.scalars(select(LinkedCalendar)):
            linked.look_soon(both.day.clock())


def partner_at(session: Session, address: str) -> Partner:
    partner = Partner.with_address(session, address)
    assert partner is not None
    return partner


def plan_of(session: Session, uid: str, both: LinkedPair) -> tuple[Act, Plan]:
    """Ana acting on it, with the plan held."""
    ana = partner_at(session, ANA)
    plan = Plan.of(session, ana, both.plan(uid).id, lock=True)
    assert plan is not None
    return Act(session, ana, both.day.clock()), plan


def wait_for_somebody_waiting(database: Database) -> None:
    """Until one transaction waits for another."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    never, deadline = Event(), monotonic() + SOON
    while True:
        with database.reading() as session:
            if session.scalar(waiting) is not None:
                return
        assert monotonic() < deadline, "nobody waits"
        never.wait(0.02)


def test_a_change_that_is_being_made_while_its_calendars_are_due_is_not_overlooked(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    wake(both)
    with both.day.services.database.writing() as session:
        act, plan = plan_of(session, uid, both)
        plan.pause(act)
        session.flush()
        both.keep_in_step()  # others come by, before this is to be seen
    both.keep_in_step()
    assert both.shown(uid) == [None, None]


def meanwhile(both: LinkedPair, calendar: str, call: str, deed: Callable[[Session, Event], object]) -> None:
    """A turn of Ben's calendar. At this call somebody else acts, and goes on when one of the two waits."""
    database, acted = both.day.services.database, Event()

    def act() -> None:
        with database.writing() as session:
            deed(session, acted)

    with ThreadPoolExecutor(1) as pool:
        acting: list[Future[None]] = []

        def begin(asked: str) -> CalendarError | None:
            if asked == call and not acting:
                acting.append(pool.submit(act))
                assert acted.wait(SOON)
            return None

        both.provider.calendars[calendar].before = begin
        look_once(both, BEN) if call == "put" else take_a_turn(both.day.services)
        acting[0].result(SOON)


def test_a_change_in_the_moment_in_which_a_write_ends_waits_for_it_and_is_followed(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    move(both, uid)
    both.day.let_pass(SECOND)

    def change(session: Session, acted: Event) -> None:
        act, plan = plan_of(session, uid, both)
        for one in session.scalars(select(LinkedCalendar).order_by(LinkedCalendar.id)).all():
            one.look_soon(both.day.clock() - SECOND)
        session.flush()
        acted.set()
        wait_for_somebody_waiting(both.day.services.database)
        plan.pause(act)

    meanwhile(both, NAMES[BEN], "put", change)
    both.keep_in_step()
    assert both.shown(uid) == [None, None]


def test_whoever_connects_while_the_calendar_before_is_cleared_is_not_forgotten(both: LinkedPair) -> None:
    uid = both.agree(SUNDAY)
    both.provider.add("another")
    disconnect(both, BEN, Farewell.DELETE)

    def connect(session: Session, acted: Event) -> None:
        ben = partner_at(session, BEN)
        vault = both.day.services.vault
        link(session, ben, WAYS[BEN], Access({}, "another"), vault, name="Another", now=both.day.clock())
        session.flush()
        acted.set()
        wait_for_somebody_waiting(both.day.services.database)

    meanwhile(both, NAMES[BEN], "withdraw", connect)
    both.keep_in_step()
    assert uid not in both.calendar(BEN).kept
    assert uid in both.provider.calendars["another"].kept


def test_whoever_chooses_mail_while_the_calendar_before_is_cleared_gets_it(both: LinkedPair) -> None:
    both.agree(SUNDAY)
    disconnect(both, BEN, Farewell.DELETE)

    def choose(session: Session, acted: Event) -> None:
        choose_way(session, partner_at(session, BEN), Way.MAIL, both.day.clock())
        session.flush()
        acted.set()
        wait_for_somebody_waiting(both.day.services.database)

    meanwhile(both, NAMES[BEN], "withdraw", choose)
    assert both.letters(BEN, LetterKind.CALENDAR) == 1


def test_a_letter_may_be_written_to_who_connects_in_this_moment(both: LinkedPair) -> None:
    """Whoever writes it holds the calendar, and whoever connects holds the partner: neither waits for the other."""
    both.agree(SUNDAY)
    database, linked_id = both.day.services.database, both.linked(BEN).id
    held = Event()

    def tell() -> None:
        with database.writing() as session:
            linked = session.get_one(LinkedCalendar, linked_id, with_for_update=True)
            held.set()
            wait_for_somebody_waiting(database)
            partner = linked.connection.partner
            Letter.write(
                session,
                LetterKind.CALENDAR_TROUBLE,
                to=partner.address,
                about_id=linked_id,
                partner_id=partner.id,
                now=both.day.clock(),
            )

    with ThreadPoolExecutor(1) as pool:
        telling = pool.submit(tell)
        assert held.wait(SOON)
        both.link(BEN)
        telling.result(SOON)
    assert both.letters(BEN, LetterKind.CALENDAR_TROUBLE) == 1
