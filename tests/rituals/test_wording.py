"""Words that people write: kept as text on one line, or refused with a sentence."""

import pytest

from rituals.refused import RefusedError
from rituals.wording import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana  Maria ", "Ana Maria"),
        ("Ana\r\nBcc: x", "Ana Bcc: x"),
        ("A\0na", "Ana"),
        ("Ana\u2028Ben", "Ana Ben"),
        ("\u202eanA", "anA"),
        ("<b>Ana</b>", "<b>Ana</b>"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Ana\ud800", "Ana"),
        ("\u200d \u200c", ""),
        ("\u0301", ""),
        ("🍵", "🍵"),
    ],
)
def test_words_stay_words(typed: str, kept: str) -> None:
    assert one_line(typed, limit=60, field="name", name="A name") == kept


def test_too_much_is_refused_and_never_cut(  # the form keeps what was typed
) -> None:
    with pytest.raises(RefusedError, match="60 characters at most; this has 10000") as refusal:
        one_line("x" * 10_000, limit=60, field="name", name="A name")
    assert refusal.value.field == "name"
