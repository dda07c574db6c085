"""Addresses: one recipient, and nothing that could become two."""

import pytest

from rituals.address import fingerprint, parse_address
from rituals.refused import RefusedError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna@Example.ORG ", "anna@example.org"),
        ("anna+us@mail.example.co.uk", "anna+us@mail.example.co.uk"),
        ("anna@münchen.example", "anna@xn--mnchen-3ya.example"),
    ],
)
def test_an_address_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert parse_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "anna",
        "anna@",
        "@example.org",
        "anna@example",
        "anna@@example.org",
        "anna@example.org,ben@example.org",
        "anna@example.org;ben@example.org",
        "anna@example.org ben@example.org",
        "Anna <anna@example.org>",
        "anna@example.org\r\nBcc: ben@example.org",
        "anna@example.org\n",
        "anna\0@example.org",
        '"anna smith"@example.org',
        "anna..smith@example.org",
        ".anna@example.org",
        "anna@-example.org",
        "anna@example..org",
        "ännä@example.org",
        "anna@[127.0.0.1]",
        "a" * 65 + "@example.org",
        "anna@" + "a" * 250 + ".org",
        "x" * 10_000,
        "anna@example.org\u2028",
        "\u202eanna@example.org",
    ],
)
def test_what_is_not_one_address_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        parse_address(typed)
    assert refusal.value.field == "address"
    assert str(refusal.value).endswith(".")


def test_a_fingerprint_does_not_show_the_address() -> None:
    assert "anna" not in fingerprint("anna@example.org")
    assert fingerprint("anna@example.org") != fingerprint("ben@example.org")
