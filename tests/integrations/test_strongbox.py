"""The strongbox: what it seals opens with its keys, and with nothing else."""

import pytest

from integrations.strongbox import Strongbox
from integrations.vault import Vault, VaultError

NEW, OLD, FOREIGN = "the-new-key" * 4, "the-old-key" * 4, "a-foreign-key" * 4
MAIL = b"Subject: Tea for two\r\n\r\nWhat made you laugh today?\r\n" * 100


@pytest.mark.parametrize("content", [b"", b"a mail", MAIL, bytes(range(256)) * 40])
def test_what_was_sealed_opens(content: bytes) -> None:
    assert Strongbox([NEW]).open(Strongbox([NEW]).seal(content)) == content


def test_the_sealed_form_shows_nothing_and_is_never_the_same() -> None:
    strongbox = Strongbox([NEW])
    first, second = strongbox.seal(MAIL), strongbox.seal(MAIL)
    assert first != second
    assert b"Tea" not in first


def test_a_sealed_mail_takes_hardly_more_room() -> None:
    assert len(Strongbox([NEW]).seal(MAIL)) < len(MAIL) + 64


def test_an_older_key_still_opens() -> None:
    assert Strongbox([NEW, OLD]).open(Strongbox([OLD]).seal(MAIL)) == MAIL


def test_the_first_key_seals() -> None:
    sealed = Strongbox([NEW, OLD]).seal(MAIL)
    assert Strongbox([NEW]).open(sealed) == MAIL
    with pytest.raises(VaultError):
        Strongbox([OLD]).open(sealed)


def test_what_an_older_version_left_in_the_vault_opens() -> None:
    assert Strongbox([NEW, OLD]).open(Vault([OLD]).seal(MAIL)) == MAIL


def test_no_other_key_opens() -> None:
    with pytest.raises(VaultError):
        Strongbox([NEW, OLD]).open(Strongbox([FOREIGN]).seal(MAIL))


@pytest.mark.parametrize("place", [0, 1, 4, 5, 16, 17, 40, -1])
def test_what_was_changed_does_not_open(place: int) -> None:
    sealed = bytearray(Strongbox([NEW]).seal(b"a mail of some words that nobody else may change"))
    sealed[place] ^= 1
    with pytest.raises(VaultError):
        Strongbox([NEW]).open(bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01abcd", b"\x01" + b"x" * 50, b"gAAAAA", b"nonsense"])
def test_nonsense_does_not_open(sealed: bytes) -> None:
    with pytest.raises(VaultError):
        Strongbox([NEW]).open(sealed)


@pytest.mark.parametrize("length", [5, 10, 17, 20])
def test_what_was_cut_off_does_not_open(length: int) -> None:
    with pytest.raises(VaultError):
        Strongbox([NEW]).open(Strongbox([NEW]).seal(MAIL)[:length])


def test_a_strongbox_without_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        Strongbox([])
