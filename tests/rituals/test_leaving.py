"""Leaving: everything stops in one transaction, and nobody is told why or when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rituals.calendar_letters import repair
from rituals.choosing import choose_way
from rituals.connection import CalendarConnection, Way
from rituals.delivery import Delivery
from rituals.errand import Lease, State
from rituals.invitation import LIFE, Invitation
from rituals.leaving import forget_invitations, leave
from rituals.outbox import Letter, LetterKind
from rituals.version import VersionState
from tests.rituals.households import Household


def test_no_prompt_goes_to_either_after_one_has_left(home: Household) -> None:
    home.agree()
    leave(home.session, home.ana, home.now, events_stay=True)
    assert home.planned() == []


def test_nothing_comes_to_life_again_for_them_when_the_clock_was_set_back(home: Household) -> None:
    first = home.occurrences(home.agree())[0]
    lease = Lease.take(first.ends_at, timedelta(minutes=1))
    late = Delivery.claim(home.session, lease, now=first.ends_at, limit=9)
    assert {one.state for one in late} == {State.EXPIRED}
    leave(home.session, home.ana, first.ends_at, events_stay=True)
    assert Delivery.revive(home.session, home.now, timedelta(minutes=1)) == 0
    assert home.planned() == []


def test_no_mail_goes_to_either_unless_the_leaver_asks_for_one(home: Household) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    choose_way(home.session, home.ben, Way.MAIL, home.now)
    home.agree()
    home.propose()
    leave(home.session, home.ana, home.now, events_stay=True)
    assert home.letters(LetterKind.NEWS) == []
    assert home.letters(LetterKind.CALENDAR) == []


def test_the_leaver_is_free_and_the_other_finds_the_space_closed(home: Household) -> None:
    couple = home.couple
    leave(home.session, home.ana, home.now, events_stay=True)
    assert home.ana.couple is None
    assert home.ben.couple is couple
    assert not couple.is_open


def test_a_waiting_proposal_is_off_the_table(home: Household) -> None:
    plan = home.propose()
    leave(home.session, home.ben, home.now, events_stay=True)
    home.session.expire_all()
    assert plan.latest.state == VersionState.WITHDRAWN


def test_the_others_events_go_only_if_the_leaver_says_so(home: Household) -> None:
    choose_way(home.session, home.ben, Way.MAIL, home.now)
    plan = home.agree()
    for letter in home.letters(LetterKind.CALENDAR):
        letter.withdraw()
    placement_told(home)
    leave(home.session, home.ana, home.now, events_stay=False)
    (letter,) = home.letters(LetterKind.CALENDAR)
    assert letter.partner_id == home.ben.id
    assert not plan.is_on_calendars


def placement_told(home: Household) -> None:
    from rituals.placement import Placement

    for placement in home.session.scalars(select(Placement)):
        placement.sequence = placement.plan.sequence


def test_the_leavers_feed_is_dead_at_once(home: Household) -> None:
    connection = choose_way(home.session, home.ana, Way.FEED, home.now)
    connection.lock_away(digest="0" * 64, sealed=b"sealed")
    leave(home.session, home.ana, home.now, events_stay=True)
    home.session.flush()
    assert CalendarConnection.with_digest(home.session, "0" * 64) is None


def test_a_former_partner_cannot_invite_again_until_the_leaver_lifts_it(home: Household) -> None:
    leave(home.session, home.ana, home.now, events_stay=True)
    home.ben.couple = None
    Invitation.send(home.session, home.ben, "ana@example.org", home.now)
    assert home.letters(LetterKind.INVITATION) == []
    forget_invitations(home.session, home.ana)
    home.now += LIFE
    Invitation.send(home.session, home.ben, "ana@example.org", home.now)
    assert len(home.letters(LetterKind.INVITATION)) == 1


def test_another_couple_notices_nothing(home: Household) -> None:
    others = Household.begin(home.session, ("cleo", "dan"))
    others.agree()
    before = others.planned()
    leave(home.session, home.ana, home.now, events_stay=False)
    assert others.planned() == before


def test_leaving_twice_is_leaving_once(home: Household) -> None:
    leave(home.session, home.ana, home.now, events_stay=True)
    leave(home.session, home.ana, home.now, events_stay=True)
    assert home.session.scalars(select(Letter)).all() == []


@pytest.mark.parametrize("clear_mine", [False, True])
def test_what_was_still_to_be_called_off_is_not_after_a_leaving(home: Household, clear_mine: bool) -> None:
    for partner in (home.ana, home.ben):
        choose_way(home.session, partner, Way.MAIL, home.now)
    plan = home.agree()
    for letter in home.letters(LetterKind.CALENDAR):
        letter.withdraw()
    placement_told(home)
    plan.end(home.act(home.ben))
    leave(home.session, home.ana, home.now, events_stay=True, clear_mine=clear_mine)
    later = home.now + timedelta(days=2)
    repair(home.session, later, limit=10)
    assert {letter.partner_id for letter in home.letters(LetterKind.CALENDAR)} <= (
        {home.ana.id} if clear_mine else set()
    )
