"""What must hold when everything is quiet again and time has run on."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from rituals.delivery import Unsubscription
from rituals.errand import COPIES, WAITING, State
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from tests.simulation.promises import LOOKS, SETTLING
from tests.simulation.record import Row
from tests.simulation.world import World

SOON = timedelta(minutes=20)
STRIDE = 60.0
LONGEST = 40
"""Strides."""


def settle(world: World) -> None:
    """Nothing disturbs any more: whatever is due goes, and what is over is closed."""
    world.server.planned.clear()
    world.server.is_away = False
    world.turn.answers_lost = 0
    world.free_the_database()
    for process in world.living:
        process.is_frozen = False
    if not any(process.is_working for process in world.living):
        world.start()
    world.record.disturb()
    sendable = [row for row in world.record.rows.values() if _can_still_go(world, row)]
    for _ in range(LONGEST):
        if not any(_is_due(world, row) for row in world.record.rows.values()):
            break
        world.work(STRIDE)
    for row in world.record.rows.values():
        assert not _is_due(world, row), f"delivery {row.id} is never settled\n{world.story()}"
    for row in sendable:
        now = world.record.rows[row.id]
        assert now.state is State.SENT or world.record.bounced, (
            f"delivery {row.id} is lost: {now.state}\n{world.story()}"
        )
    _all_that_stands_is_planned(world)


def _is_due(world: World, row: Row) -> bool:
    return row.state in WAITING and row.due_at < world.time.now() + SOON


def _can_still_go(world: World, row: Row) -> bool:
    """Whether there is time for it, even if its holder never comes back, or waits in vain for an answer."""
    if not _is_due(world, row) or row.copies >= COPIES or row.try_at is None:
        return False
    ready_at = max(world.time.now() + SETTLING, row.try_at, row.due_at)
    return row.expires_at - ready_at > row.window / 20 + LOOKS


def _all_that_stands_is_planned(world: World) -> None:
    """For each date to come: a delivery for each who wants one, due at its start; none for what is off."""
    now = world.time.now()
    with world.services.database.reading() as session:
        muted = {(one.plan_id, one.partner_id) for one in session.scalars(select(Unsubscription))}
        dates = select(Occurrence).where(Occurrence.starts_at > now).options(selectinload(Occurrence.deliveries))
        for date in session.scalars(dates):
            plan = session.get_one(Plan, date.plan_id)
            stands = date.stands() and plan.is_running
            wanted = {partner.id for partner in plan.couple.partners if (plan.id, partner.id) not in muted}
            there = {one.partner_id for one in date.deliveries if one.state is not State.WITHDRAWN}
            waiting = [one for one in date.deliveries if one.state in WAITING]
            if stands:
                assert there >= wanted, f"{date.starts_at}: somebody will get nothing"
            assert {one.partner_id for one in waiting} <= (wanted if stands else set()), f"{date.starts_at} is off"
            assert all(one.due_at == date.starts_at for one in waiting), f"{date.starts_at} is due at another time"
