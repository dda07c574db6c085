"""The rolling horizon: rows for the next weeks, made as often as you like, always the same."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from rituals.delivery import Delivery, Unsubscription
from rituals.errand import Lease, State
from rituals.horizon import HORIZON, derive, next_to_extend
from tests.rituals.households import Household, terms

WINDOW = timedelta(minutes=15)


def test_deriving_again_changes_nothing(home: Household) -> None:
    plan = home.agree()
    before = [(one.id, one.due_at, one.state) for one in home.session.scalars(select(Delivery).order_by(Delivery.id))]
    for _ in range(3):
        derive(home.session, plan, home.now, window=WINDOW)
    after = [(one.id, one.due_at, one.state) for one in home.session.scalars(select(Delivery).order_by(Delivery.id))]
    assert after == before


def test_a_plan_is_extended_when_its_rows_grow_short(home: Household) -> None:
    plan = home.agree()
    assert next_to_extend(home.session, home.now, 10, lock=True) == []
    home.now += timedelta(days=8)
    assert next_to_extend(home.session, home.now, 10, lock=True) == [plan]
    derive(home.session, plan, home.now, window=WINDOW)
    last = home.session.scalar(select(func.max(Delivery.due_at)))
    assert last is not None
    assert home.now + HORIZON - timedelta(days=7) < last <= home.now + HORIZON
    assert next_to_extend(home.session, home.now, 10, lock=True) == []


def test_new_time_zone_data_derives_the_future_again_and_leaves_the_past(home: Household) -> None:
    plan = home.agree()
    home.now = datetime(2027, 3, 8, tzinfo=UTC)
    past, future = home.occurrences(plan)[:2]
    wrong = timedelta(hours=1)
    past.starts_at, future.starts_at = past.starts_at + wrong, future.starts_at + wrong
    plan.tzdata = "2020a"
    home.session.flush()
    assert next_to_extend(home.session, home.now, 10, lock=True) == [plan]
    derive(home.session, plan, home.now, window=WINDOW)
    assert past.starts_at == datetime(2027, 3, 7, 19, tzinfo=UTC)
    assert future.starts_at == datetime(2027, 3, 14, 18, tzinfo=UTC)
    assert {one.due_at for one in future.deliveries} == {future.starts_at}
    assert next_to_extend(home.session, home.now, 10, lock=True) == []


def test_the_window_is_half_of_a_short_ritual(home: Household) -> None:
    plan = home.agree(terms(minutes=10))
    delivery = home.occurrences(plan)[0].deliveries[0]
    assert delivery.expires_at - delivery.due_at == timedelta(minutes=5)


def test_the_window_is_a_quarter_of_an_hour_at_most(home: Household) -> None:
    plan = home.agree(terms(minutes=180))
    delivery = home.occurrences(plan)[0].deliveries[0]
    assert delivery.expires_at - delivery.due_at == WINDOW


def test_who_wants_no_mails_gets_none_and_the_other_still_does(home: Household) -> None:
    plan = home.agree()
    home.session.add(Unsubscription(plan_id=plan.id, partner_id=home.ben.id, asked_at=home.now))
    home.session.flush()
    derive(home.session, plan, home.now, window=WINDOW)
    assert {name for _, name in home.planned()} == {"Ana"}


def test_a_mail_in_somebodys_hands_still_counts_after_a_move(home: Household) -> None:
    """It may have gone out: at the new time one more copy may leave, and never two."""
    plan = home.agree()
    first = home.occurrences(plan)[0]
    due_at = first.starts_at
    lease = Lease.take(due_at, timedelta(minutes=2))
    held = Delivery.claim(home.session, lease, now=due_at, limit=1)
    assert [one.state for one in held] == [State.HANDING]
    home.session.refresh(first.deliveries[0])
    first.deliveries[0].plan_for(due_at + timedelta(days=1), due_at + timedelta(days=1, minutes=15))
    assert (first.deliveries[0].state, first.deliveries[0].copies) == (State.PLANNED, 1)
