"""Which answers of mail systems are about the address."""

import pytest

from rituals.mail_status import refuses_address


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("5.1.1", ""),
        ("5.1.10", "smtp; 556 5.1.10 this domain takes no mail"),
        ("5.2.1", ""),
        ("5.2.2 (mailbox full)", ""),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied."),
        ("5.4.4", ""),
        ("5.0.0", ""),
        ("5.0.0", "smtp; 550 5.1.1 <anna@example.org>: no such user"),
        ("5.0.0", "smtp; 550-5.1.1. The account does not exist, see 192.0.2.5"),
        ("", "smtp;550 User unknown"),
        ("550", ""),
        ("550 5.1.1", ""),
        ("550 5.5.0", ""),
    ],
)
def test_these_say_that_no_mail_will_reach_it(code: str, detail: str) -> None:
    assert refuses_address(code, detail)


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("4.2.2", "smtp; 452 4.2.2 over quota"),
        ("4.4.1", "smtp; 550 5.1.1 gone"),
        ("2.0.0", ""),
        ("", ""),
        ("5", ""),
        ("five", "no such user"),
        ("5.0.0", "smtp; 451 4.7.1 greylisted"),
        ("5.0.0", "smtp; 554 blocked"),
        ("5.7.1", "smtp; 550 5.7.1 blocked, see 5.1.1"),
        ("5.7.26", ""),
        ("5.6.0", ""),
        ("5.1.8", "the sender's address"),
        ("5.2.3", "too large"),
        ("5.4.7", "it took too long"),
        ("550 5.7.1", ""),
        ("554", ""),
        ("503", ""),
    ],
)
def test_these_are_for_now_or_about_something_else(code: str, detail: str) -> None:
    assert not refuses_address(code, detail)
