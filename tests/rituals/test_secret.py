"""Secrets that open a session, a feed or a sign-in."""

import string

from rituals import secret


def test_secrets_are_long_and_never_the_same() -> None:
    many = {secret.new() for _ in range(1000)}
    assert len(many) == 1000
    assert all(len(one) == 43 for one in many)


def test_a_secret_fits_into_an_address_as_it_is() -> None:
    assert set(secret.new()) <= set(string.ascii_letters + string.digits + "-_")


def test_a_digest_finds_its_secret_and_gives_nothing_away() -> None:
    one = secret.new()
    assert secret.digest(one) == secret.digest(one)
    assert secret.digest(one) != secret.digest(one[:-1] + "~")
    assert len(secret.digest(one)) == 64
    assert one not in secret.digest(one)


def test_whatever_stands_in_an_address_has_a_digest() -> None:
    assert len({secret.digest(word) for word in ("", "\0", "ü", "\ud800", "x" * 10_000)}) == 5
