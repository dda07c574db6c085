"""Composing ahead: a minute before the start, ten where many start together, and each mail by one worker."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from rituals.catalogue import Catalogue
from rituals.couple import Couple, Partner
from rituals.delivery import Delivery
from rituals.outbox import Draft
from service.database import Database
from service.emails.desk import Desk
from service.emails.mime import compose
from service.emails.prompt import prompt
from service.jobs.prompts import Composer
from service.jobs.uncomposed import hold
from tests.faults.couples import Couples
from tests.service.conftest import workday
from tests.service.test_worker import skip
from tests.service.workday import Pair, Workday

MINUTE = timedelta(minutes=1)


@pytest.fixture
def starts_at(day: Workday) -> datetime:
    return day.clock.now + 120 * MINUTE


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest.fixture
def crowd(
    database_url: str, open_database: Callable[[str], Database], tmp_path: Path, decks: Catalogue
) -> Iterator[Workday]:
    """Eight couples, half a minute before their prompts are due."""
    day = workday(open_database(database_url), tmp_path, decks)
    prompts = Couples(day.services.database).due(8, within=MINUTE, window=15 * MINUTE)
    day.clock.now = prompts.due_at - MINUTE / 2
    yield day
    day.services.database.close()


def desk(day: Workday) -> Desk:
    return Desk.set_up(day.services.settings.mail_from, day.services.links, day.services.catalogue)


def composer(day: Workday, *, much: int = 5000) -> Composer:
    return Composer(day.services, desk(day), much=much)


def drafts(day: Workday) -> dict[int, bytes]:
    with day.services.database.reading() as session:
        found = session.execute(select(Draft.delivery_id, Draft.sealed)).all()
    return {row_id: day.services.strongbox.open(sealed) for row_id, sealed in found if row_id is not None}


def written_alone(day: Workday) -> dict[int, bytes]:
    """Each mail as its letter says it, one by one."""
    ritual = day.services.catalogue["weekly-check-in"]
    with day.services.database.reading() as session:
        deliveries = session.scalars(select(Delivery)).all()
        return {one.id: compose(prompt(desk(day), one, ritual)) for one in deliveries}


def test_a_batch_gives_what_each_mail_alone_would_be(crowd: Workday) -> None:
    with crowd.services.database.writing() as session:
        session.execute(update(Partner).where(Partner.side == 2).values(zone="Asia/Kathmandu", plain_titles=True))
        session.execute(update(Couple).where(Couple.id % 3 == 0).values(closing_line="You & me: <100 %>"))
    assert composer(crowd).compose(limit=100) == 16
    mails = drafts(crowd)
    assert mails == written_alone(crowd)
    assert len(set(mails.values())) == 16


def test_both_partners_share_what_was_drawn_though_composed_apart(crowd: Workday) -> None:
    one_by_one = composer(crowd)
    assert [one_by_one.compose(limit=1) for _ in range(17)] == [1] * 16 + [0]
    assert drafts(crowd) == written_alone(crowd)


def test_what_is_composed_is_not_composed_again(crowd: Workday) -> None:
    assert composer(crowd).compose(limit=100) == 16
    before = drafts(crowd)
    assert composer(crowd).compose(limit=100) == 0
    assert drafts(crowd) == before


def test_a_list_that_has_grown_old_does_no_harm(crowd: Workday) -> None:
    slow, quick = composer(crowd), composer(crowd)
    assert slow.compose(limit=4) == 4
    assert quick.compose(limit=100) == 12
    assert slow.compose(limit=4) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_another_worker_holds_is_passed_over(crowd: Workday) -> None:
    with crowd.services.database.writing() as other:
        theirs = other.scalars(select(Delivery.id).order_by(Delivery.occurrence_id).limit(6)).all()
        assert len(hold(other, theirs)) == 3
        ours = composer(crowd)
        assert ours.compose(limit=100) == 10
        assert ours.compose(limit=100) == 0
    assert ours.compose(limit=100) == 6


@pytest.mark.parametrize(
    ("ahead", "much", "composed"),
    [
        pytest.param(MINUTE * 1.1, 5000, 0, id="few, more than a minute ahead"),
        pytest.param(MINUTE, 5000, 2, id="few, a minute ahead"),
        pytest.param(MINUTE * 10, 2, 0, id="as many as a minute's work, ten minutes ahead"),
        pytest.param(MINUTE * 10, 1, 2, id="more than that, ten minutes ahead"),
        pytest.param(MINUTE * 10.1, 1, 0, id="more than that, but farther ahead"),
    ],
)
def test_a_great_many_are_composed_earlier(
    day: Workday, pair: Pair, starts_at: datetime, ahead: timedelta, much: int, composed: int
) -> None:
    pair.agree(starts_at)
    day.clock.now = starts_at - ahead
    assert composer(day, much=much).compose(limit=100) == composed


def test_what_was_composed_early_is_thrown_away_with_what_is_called_off(
    day: Workday, pair: Pair, starts_at: datetime
) -> None:
    plan_id = pair.agree(starts_at)
    day.clock.now = starts_at - 9 * MINUTE
    early = composer(day, much=1)
    assert early.compose(limit=100) == 2
    assert pair.occurrence(plan_id).has_prompt
    skip(pair, plan_id)
    assert not pair.occurrence(plan_id).has_prompt
    assert early.compose(limit=100) == 0
    sent = len(day.post.sent)
    day.until(starts_at + MINUTE)
    assert not any(b"List-Unsubscribe" in envelope.content for _, envelope in day.post.sent[sent:])


def test_one_that_cannot_be_written_leaves_the_rest_of_its_batch_alone(crowd: Workday) -> None:
    with crowd.services.database.writing() as session:
        session.execute(update(Partner).where(Partner.id == 5).values(address="not an address"))
    assert composer(crowd).compose(limit=100) == 15
