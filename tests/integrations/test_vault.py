"""The vault: what it seals opens with its keys, and with nothing else."""

import base64

import pytest

from integrations.vault import Vault, VaultError

NEW, OLD, FOREIGN = "the-new-key" * 4, "the-old-key" * 4, "a-foreign-key" * 4


@pytest.mark.parametrize("content", [b"", b"a refresh token", bytes(range(256)) * 40])
def test_what_was_sealed_opens(content: bytes) -> None:
    sealed = Vault([NEW]).seal(content)
    assert Vault([NEW]).open(sealed) == content


def test_the_sealed_form_shows_nothing_and_is_never_the_same() -> None:
    vault = Vault([NEW])
    first, second = vault.seal(b"a refresh token"), vault.seal(b"a refresh token")
    assert first != second
    assert b"refresh" not in base64.urlsafe_b64decode(first)


def test_an_older_key_still_opens() -> None:
    sealed = Vault([OLD]).seal(b"token")
    assert Vault([NEW, OLD]).open(sealed) == b"token"


def test_the_first_key_seals() -> None:
    sealed = Vault([NEW, OLD]).seal(b"token")
    assert Vault([NEW]).open(sealed) == b"token"


def test_resealing_makes_the_older_key_unnecessary() -> None:
    resealed = Vault([NEW, OLD]).reseal(Vault([OLD]).seal(b"token"))
    assert Vault([NEW]).open(resealed) == b"token"


def test_a_foreign_key_opens_nothing() -> None:
    sealed = Vault([FOREIGN]).seal(b"token")
    with pytest.raises(VaultError):
        Vault([NEW, OLD]).open(sealed)
    with pytest.raises(VaultError):
        Vault([NEW, OLD]).reseal(sealed)


@pytest.mark.parametrize("place", [0, 1, 20, 60, -5])
def test_one_changed_byte_opens_nothing(place: int) -> None:
    sealed = bytearray(Vault([NEW]).seal(b"token"))
    sealed[place] = ord("A") if sealed[place] != ord("A") else ord("B")
    with pytest.raises(VaultError):
        Vault([NEW]).open(bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\0", b"nonsense", "ä".encode() * 50])
def test_nonsense_opens_to_an_error_of_ours(sealed: bytes) -> None:
    with pytest.raises(VaultError):
        Vault([NEW]).open(sealed)


def test_a_vault_without_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        Vault([])
