"""Stopping one's own prompt mails of one plan: at once, and for that person alone."""

from datetime import timedelta

from sqlalchemy import select

from rituals.delivery import Delivery
from rituals.errand import State
from rituals.muting import is_muted, start_mails, stop_mails
from rituals.outbox import LetterKind
from tests.rituals.households import Household, terms


def names(home: Household) -> set[str]:
    return {name for _, name in home.planned()}


def test_not_one_more_goes_to_the_one_who_asked(home: Household) -> None:
    plan = home.agree()

    stop_mails(home.act(home.ben), plan)

    assert names(home) == {"Ana"}
    assert is_muted(home.act(home.ben), plan)
    assert not is_muted(home.act(home.ana), plan)


def test_other_plans_go_on(home: Household) -> None:
    plan, other = home.agree(), home.agree(slug="coffee")

    stop_mails(home.act(home.ben), plan)

    theirs = select(Delivery).where(Delivery.partner_id == home.ben.id, Delivery.state == State.PLANNED)
    assert {one.occurrence.plan_id for one in home.session.scalars(theirs)} == {other.id}


def test_one_that_is_being_tried_right_now_is_held_back_too(home: Household) -> None:
    plan = home.agree()
    first = home.occurrences(plan)[0]
    home.now = first.starts_at + timedelta(seconds=30)
    mine = next(one for one in first.deliveries if one.partner_id == home.ben.id)
    mine.state, mine.holder = State.HANDING, 1

    stop_mails(home.act(home.ben), plan)

    assert mine.state == State.WITHDRAWN
    assert mine.holder is None


def test_nobody_is_told(home: Household) -> None:
    plan = home.agree()
    before = len(home.letters(LetterKind.NEWS))

    stop_mails(home.act(home.ben), plan)

    assert len(home.letters(LetterKind.NEWS)) == before


def test_asking_twice_is_asking_once(home: Household) -> None:
    plan = home.agree()

    for _ in range(2):
        stop_mails(home.act(home.ben), plan)
    start_mails(home.act(home.ben), plan)

    assert names(home) == {"Ana", "Ben"}


def test_started_again_it_goes_on_from_the_next_start(home: Household) -> None:
    plan = home.agree()
    stop_mails(home.act(home.ben), plan)
    home.now = home.occurrences(plan)[0].starts_at + timedelta(minutes=1)

    start_mails(home.act(home.ben), plan)

    mine = [at for at, name in home.planned() if name == "Ben"]
    assert mine
    assert min(mine) > home.now


def test_a_new_wording_does_not_start_it_again(home: Household) -> None:
    plan = home.agree()
    stop_mails(home.act(home.ben), plan)

    version = plan.suggest(home.act(home.ana), terms(minutes=60, now=home.now))
    plan.accept(home.act(home.ben), version.number)

    assert names(home) == {"Ana"}
