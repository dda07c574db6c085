"""Choosing how rituals reach one's own calendar: one way at a time, the old copy gone before a new one comes."""

import pytest
from sqlalchemy import select

from integrations.vault import Vault
from rituals.choosing import choose_way, feed_secret, open_feed, renew_feed
from rituals.connection import CalendarConnection, Way
from rituals.leaving import leave
from rituals.outbox import LetterKind
from rituals.placement import Placement
from rituals.secret import digest
from tests.rituals.households import Household

KEY, NEXT_KEY = "a-key-that-is-only-good-for-tests-0123456789", "another-key-only-good-for-tests-0123456789"
VAULT = Vault([KEY])


def calendar_mails(home: Household) -> list[tuple[str, bool]]:
    """To whom, and whether a plan comes or goes."""
    return [
        (letter.to, home.session.get_one(Placement, letter.about_id).wanted)
        for letter in home.letters(LetterKind.CALENDAR)
    ]


def all_told(home: Household) -> None:
    for letter in home.letters(LetterKind.CALENDAR):
        letter.withdraw()
    for placement in home.session.scalars(select(Placement)):
        placement.sequence = placement.plan.sequence


def feed(home: Household) -> CalendarConnection:
    connection = choose_way(home.session, home.ana, Way.FEED, home.now)
    open_feed(home.session, connection, VAULT)
    return connection


def test_what_stands_comes_by_the_new_way_at_once(home: Household) -> None:
    home.agree()
    home.propose()

    choose_way(home.session, home.ana, Way.MAIL, home.now)

    assert calendar_mails(home) == [("ana@example.org", True)]
    assert home.letters(LetterKind.CALENDAR)[0].due_at == home.now


@pytest.mark.parametrize("way", [Way.FEED, Way.NONE])
def test_the_old_copy_is_taken_away(home: Household, way: Way) -> None:
    home.agree()
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    all_told(home)

    choose_way(home.session, home.ana, way, home.now)

    assert calendar_mails(home) == [("ana@example.org", False)]


def test_a_new_way_numbers_its_events_above_the_old_one(home: Household) -> None:
    numbers = []
    for way in (Way.MAIL, Way.FEED, Way.MAIL):
        connection = choose_way(home.session, home.ana, way, home.now)
        numbers += [connection.sequence(7), connection.sequence(7) + 1]
    assert numbers == sorted(set(numbers))


def test_there_is_one_current_way_and_the_others_have_ended(home: Household) -> None:
    for way in (Way.MAIL, Way.FEED, Way.MAIL, Way.NONE):
        choose_way(home.session, home.ana, way, home.now)

    rows = home.session.scalars(select(CalendarConnection).order_by(CalendarConnection.id)).all()
    assert [(one.way, one.ended_at is None) for one in rows] == [
        (Way.MAIL, False),
        (Way.FEED, False),
        (Way.MAIL, False),
        (Way.NONE, True),
    ]


def test_the_same_way_again_is_no_change(home: Household) -> None:
    first = choose_way(home.session, home.ana, Way.MAIL, home.now)

    assert choose_way(home.session, home.ana, Way.MAIL, home.now) is first


def test_the_partner_is_not_touched(home: Household) -> None:
    home.agree()
    theirs = choose_way(home.session, home.ben, Way.MAIL, home.now)
    all_told(home)

    for way in (Way.MAIL, Way.FEED, Way.NONE):
        choose_way(home.session, home.ana, way, home.now)

    assert theirs.ended_at is None
    assert [to for to, _ in calendar_mails(home) if to != "ana@example.org"] == []


def test_a_feed_is_found_by_its_secret_which_only_its_owner_is_shown(home: Household) -> None:
    connection = feed(home)

    secret = feed_secret(connection, VAULT)

    assert secret is not None
    assert CalendarConnection.with_digest(home.session, digest(secret)) is connection


def test_a_renewed_feed_is_found_by_the_new_secret_alone(home: Household) -> None:
    connection = feed(home)
    old = feed_secret(connection, VAULT)
    assert old is not None

    renew_feed(connection, VAULT)
    home.session.flush()

    assert CalendarConnection.with_digest(home.session, digest(old)) is None


def test_a_feed_switched_off_keeps_its_address_and_takes_it_up_again(home: Household) -> None:
    secret = feed_secret(feed(home), VAULT)
    assert secret is not None
    choose_way(home.session, home.ana, Way.NONE, home.now)
    switched_off = CalendarConnection.with_digest(home.session, digest(secret))
    assert switched_off is not None
    assert switched_off.ended_at is not None

    again = feed(home)

    assert feed_secret(again, VAULT) == secret
    assert CalendarConnection.with_digest(home.session, digest(secret)) is again


def test_a_secret_whose_key_is_gone_is_not_shown(home: Household) -> None:
    assert feed_secret(feed(home), Vault([NEXT_KEY])) is None


def test_every_address_there_ever_was_dies_with_a_leaving(home: Household) -> None:
    secret = feed_secret(feed(home), VAULT)
    assert secret is not None
    choose_way(home.session, home.ana, Way.NONE, home.now)

    leave(home.session, home.ana, home.now, events_stay=True)

    assert CalendarConnection.with_digest(home.session, digest(secret)) is None
