"""The slow work: a longer horizon, proposals that lapse, rows that have served."""

from datetime import timedelta

from sqlalchemy import func, insert, select, update

from rituals.delivery import Delivery
from rituals.leaving import leave
from rituals.linked_calendar import LinkedCalendar
from rituals.plan import Plan, PlanState
from rituals.private_block import PrivateBlock
from rituals.signin import SignInLink
from rituals.version import Version, VersionState
from service.jobs.pruning import ROWS_AT_ONCE, prune
from tests.service.linked_pair import LinkedPair
from tests.service.workday import ANA, BEN, Pair, Workday

MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))


def test_rows_always_reach_four_weeks_ahead(day: Workday, pair: Pair) -> None:
    pair.agree(day.clock.now + HOUR, rule="FREQ=DAILY")
    for _ in range(6):
        day.let_pass(7 * DAY + HOUR)
        day.work(MINUTE)
        with day.services.database.reading() as session:
            last = session.scalars(select(func.max(Delivery.due_at))).one()
        assert last - day.clock.now > 27 * DAY


def test_a_proposal_lapses_after_two_weeks_without_a_word(day: Workday, pair: Pair) -> None:
    pair.propose(day.clock.now + 30 * DAY)
    day.work(6 * MINUTE)
    told = len(day.post.sent)
    day.let_pass(14 * DAY)
    day.work(2 * MINUTE)
    with day.services.database.reading() as session:
        assert session.scalars(select(Version.state)).one() == VersionState.EXPIRED
        assert session.scalars(select(Plan.state)).one() == PlanState.ENDED
    assert len(day.post.sent) == told


def test_deliveries_are_kept_90_days_and_the_log_of_signing_in_30(day: Workday, pair: Pair) -> None:
    with day.services.database.writing() as session:
        SignInLink.ask(session, "ana@example.org", day.clock())
    pair.agree(day.clock.now + HOUR)
    day.work(2 * HOUR)
    assert rows(day) == (2, 1)
    day.let_pass(31 * DAY)
    day.work(2 * MINUTE)
    assert rows(day) == (2, 0)
    day.let_pass(60 * DAY)
    day.work(2 * MINUTE)
    assert rows(day) == (0, 0)


def test_what_has_served_goes_bit_by_bit_until_nothing_is_left(day: Workday) -> None:
    old = {"address": "ana@example.org", "asked_at": day.clock.now - 40 * DAY, "expires_at": day.clock.now - 40 * DAY}
    with day.services.database.writing() as session:
        session.execute(insert(SignInLink), [old] * (2 * ROWS_AT_ONCE + 1))
    assert prune(day.services)
    assert rows(day) == (0, ROWS_AT_ONCE + 1)
    day.work(MINUTE)
    assert rows(day) == (0, 0)
    assert not prune(day.services)


def rows(day: Workday) -> tuple[int, int]:
    with day.services.database.reading() as session:
        deliveries = session.scalars(select(func.count()).select_from(Delivery)).one()
        return deliveries, session.scalars(select(func.count()).select_from(SignInLink)).one()


def test_what_was_kept_free_is_forgotten_once_it_is_over(day: Workday, pair: Pair) -> None:
    with pair.acting(ANA) as act:
        starts = day.clock.now.replace(tzinfo=None)
        PrivateBlock.keep(act.session, act.by, starts + 2 * HOUR, starts + 3 * HOUR, act.now)
        PrivateBlock.keep(act.session, act.by, starts + 2 * HOUR, starts + 40 * DAY, act.now)
    day.let_pass(2 * DAY)
    day.work(2 * MINUTE)
    with day.services.database.reading() as session:
        assert len(session.scalars(select(PrivateBlock)).all()) == 1


def test_with_a_closed_space_goes_what_opens_the_calendar_of_who_was_left(day: Workday, pair: Pair) -> None:
    both = LinkedPair.connect(day, pair)
    both.agree(day.clock.now + DAY)
    with pair.acting(BEN) as act:
        leave(act.session, act.by, act.now, events_stay=True)
    day.let_pass(31 * DAY)
    day.work(2 * MINUTE)
    both.keep_in_step()
    with day.services.database.reading() as session:
        assert session.scalars(select(LinkedCalendar.sealed)).all() == [None, None]
    assert both.calendar(ANA).kept  # what stands in it stays, as the leaver chose


def test_a_plan_whose_zone_cannot_be_read_keeps_no_other_from_reaching_ahead(day: Workday, pair: Pair) -> None:
    broken = pair.agree(day.clock.now + HOUR, rule="FREQ=DAILY")
    whole = pair.agree(day.clock.now + 2 * HOUR, rule="FREQ=DAILY")
    with day.services.database.writing() as session:
        session.execute(update(Version).where(Version.plan_id == broken).values(zone="Europe/Abolished"))
    day.let_pass(10 * DAY)
    day.work(MINUTE)
    with day.services.database.reading() as session:
        reaches = session.scalars(select(Plan.horizon_at).where(Plan.id == whole)).one()
    assert reaches is not None
    assert reaches - day.clock.now > 34 * DAY
