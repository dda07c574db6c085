"""Signed links: ours are read, everything else is nothing."""

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from service.links import Links, Purpose

NEW, OLD = "the-new-key" * 4, "the-old-key" * 4
links = Links([NEW, OLD], "https://rituals.example.org")
WORDS = st.text(st.characters(codec="utf-8"), max_size=60)
IDS = st.integers(0, 2**63) | st.integers(0, 10**6) | st.sampled_from([111111111111, 10**15, 121212121212])


def test_a_link_says_what_was_put_into_it() -> None:
    claims = links.read(Purpose.OUTCOME, links.token(Purpose.OUTCOME, delivery=2**62, answer="done"))
    assert claims is not None
    assert claims.number("delivery") == 2**62
    assert claims.word("answer") == "done"


def test_the_same_claims_make_the_same_link() -> None:
    assert links.token(Purpose.LEAVE, partner=1, couple=2) == links.token(Purpose.LEAVE, couple=2, partner=1)


@pytest.mark.parametrize("claims", [{}, {"word": "ü" * 50}, {"word": "a" * 300}, {"word": ""}, {"number": -1}])
def test_a_token_needs_no_quoting_in_a_path(claims: dict[str, int | str]) -> None:
    token = links.token(Purpose.ANSWER, **claims)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
    read = links.read(Purpose.ANSWER, token)
    assert read is not None
    assert read.values == claims


@pytest.mark.parametrize("answer", ["done", "moved", "not this time"])
def test_any_changed_character_makes_it_nothing(answer: str) -> None:
    token = links.token(Purpose.OUTCOME, delivery=7, answer=answer)
    for place in range(len(token)):
        for other in "AQgwx_-.=+/ \n":
            changed = token[:place] + other + token[place + 1 :]
            assert changed == token or links.read(Purpose.OUTCOME, changed) is None
        assert links.read(Purpose.OUTCOME, token[:place] + token[place + 1 :]) is None
        assert links.read(Purpose.OUTCOME, token[:place] + "=" + token[place:]) is None


@pytest.mark.parametrize("token", ["", ".", "a.b", "\0", "ü", "\ud800", "x" * 100_000, "e30", "bnVsbA.x"])
def test_nonsense_is_nothing(token: str) -> None:
    assert links.read(Purpose.OUTCOME, token) is None


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.LEAVE])
def test_a_link_is_nothing_for_another_purpose(purpose: Purpose) -> None:
    assert links.read(purpose, links.token(Purpose.LEAVE, partner=1)) is None


def test_links_of_an_older_key_are_still_read() -> None:
    token = Links([OLD], "https://rituals.example.org").token(Purpose.LEAVE, partner=1)
    assert links.read(Purpose.LEAVE, token) is not None


def test_the_first_key_signs() -> None:
    token = links.token(Purpose.LEAVE, partner=1)
    assert Links([NEW], "").read(Purpose.LEAVE, token) is not None
    assert Links([OLD], "").read(Purpose.LEAVE, token) is None


def test_an_address_begins_with_the_site() -> None:
    assert links.address("/plans/7") == "https://rituals.example.org/plans/7"


def test_links_without_key_are_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        Links([], "https://rituals.example.org")


def test_a_claim_of_another_kind_is_an_error() -> None:
    claims = links.read(Purpose.LEAVE, links.token(Purpose.LEAVE, partner=1, word="yes"))
    assert claims is not None
    with pytest.raises(TypeError):
        claims.number("word")
    with pytest.raises(TypeError):
        claims.word("partner")


@given(st.dictionaries(WORDS, IDS | WORDS, max_size=4))
def test_links_are_those_that_were_always_mailed(claims: dict[str, int | str]) -> None:
    settings = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    mailed = URLSafeSerializer(NEW, salt="side by side: outcome", signer_kwargs=settings).dumps(
        dict(sorted(claims.items()))
    )
    assert links.token(Purpose.OUTCOME, **claims) == mailed
