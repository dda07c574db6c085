"""What somebody typed to reach their calendars is kept sealed, and for ten minutes."""

from datetime import timedelta

import pytest

from integrations.vault import Vault
from rituals.calendar_interfaces import Found
from rituals.open_account import SHOWN_AT_MOST, OpenAccount
from tests.rituals.households import Household

VAULT = Vault(["a-key-that-is-only-good-for-tests-0123456789"])
FOUND = (Found("Home", "https://dav.example.org/home/"), Found("Work", "https://dav.example.org/work/"))
MINUTE = timedelta(minutes=1)


def keep(home: Household, *, password: str = "a-secret", found: tuple[Found, ...] = FOUND) -> None:
    OpenAccount.keep(home.session, home.ana, VAULT, user="ana", password=password, found=found, now=home.now)


@pytest.mark.parametrize(("after", "is_there"), [(9 * MINUTE, True), (10 * MINUTE, False)])
def test_there_are_ten_minutes_to_choose(home: Household, after: timedelta, is_there: bool) -> None:
    keep(home)
    opened = OpenAccount.of(home.session, home.ana, VAULT, home.now + after)
    assert (opened is not None) == is_there
    if opened is not None:
        assert (opened.user, opened.password, opened.found) == ("ana", "a-secret", FOUND)


def test_nobody_else_can_choose_from_it(home: Household) -> None:
    keep(home)
    assert OpenAccount.of(home.session, home.ben, VAULT, home.now) is None


def test_the_password_stands_nowhere_in_clear(home: Household) -> None:
    keep(home)
    row = home.session.query(OpenAccount).one()
    assert b"a-secret" not in row.sealed
    assert "a-secret" not in repr(OpenAccount.of(home.session, home.ana, VAULT, home.now))


def test_a_newer_look_takes_the_place_of_the_one_before(home: Household) -> None:
    keep(home)
    keep(home, password="another")
    opened = OpenAccount.of(home.session, home.ana, VAULT, home.now)
    assert opened is not None
    assert opened.password == "another"


def test_what_cannot_be_unsealed_any_more_is_not_there(home: Household) -> None:
    keep(home)
    assert (
        OpenAccount.of(home.session, home.ana, Vault(["another-key-only-good-for-tests-0123456789"]), home.now) is None
    )


def test_an_account_with_a_thousand_calendars_shows_some(home: Household) -> None:
    keep(home, found=FOUND * 500)
    opened = OpenAccount.of(home.session, home.ana, VAULT, home.now)
    assert opened is not None
    assert len(opened.found) == SHOWN_AT_MOST


def test_after_ten_minutes_nothing_of_it_is_kept(home: Household) -> None:
    keep(home)
    OpenAccount.prune(home.session, home.now + 9 * MINUTE)
    assert home.session.query(OpenAccount).count() == 1
    OpenAccount.prune(home.session, home.now + 10 * MINUTE)
    assert home.session.query(OpenAccount).count() == 0
