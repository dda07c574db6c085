"""The bytes of a mail say what its parts say, and nothing that anybody typed can say more."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.mime import CalendarMethod, Letter, compose

LETTER = Letter(
    sender="tea@side.example",
    sender_name="Side by Side",
    recipient="anna@example.org",
    reply_to="us@side.example",
    subject="Tea for two",
    date=datetime(2027, 3, 1, 9, 0, 5, tzinfo=UTC),
    message_id="<1.anna@side.example>",
    text="What made you laugh today?\n",
    html="<p>What made you laugh today?</p>\n",
    list_unsubscribe="https://side.example/stop/abc?x=1",
)
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Tee für zwei\r\nEND:VCALENDAR\r\n".encode()
PIECES = """Bcc: eve@example.org|=?utf-8?q?x?=|--=_|.|ü|🫖|"|\\|<|>|,| |From |=20"""
BREAKS = ["\r\n", "\n", "\r", "\0", "\t", "\x85", "\u2028", "\u202e", "\ud800", "a" * 80]
HOSTILE = st.text(max_size=200) | st.lists(st.sampled_from([*PIECES.split("|"), *BREAKS])).map("".join)


def read(letter: Letter) -> EmailMessage:
    message = message_from_bytes(compose(letter), policy=default)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def visible(text: str) -> str:
    """What a header may show of a text, less its spaces."""
    shown = (char for char in text if not ("\x7f" <= char <= "\x9f" or char in "\u2028\u2029"))
    hidden = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return "".join("".join(char for char in shown if char > "\x1f" and char not in hidden).split())


def in_header(text: str) -> str:
    return "".join(text.encode("utf-8", "replace").decode().split())


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_every_header_is_there_once() -> None:
    assert read(LETTER).items() == [
        ("From", "Side by Side <tea@side.example>"),
        ("To", "anna@example.org"),
        ("Subject", "Tea for two"),
        ("Date", "Mon, 01 Mar 2027 09:00:05 +0000"),
        ("Message-ID", "<1.anna@side.example>"),
        ("MIME-Version", "1.0"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Reply-To", "us@side.example"),
        ("List-Unsubscribe", "<https://side.example/stop/abc?x=1>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Content-Type", read(LETTER)["Content-Type"]),
    ]


def test_what_is_not_given_is_not_there() -> None:
    message = read(replace(LETTER, sender_name="", reply_to=None, list_unsubscribe=None))
    assert message["From"] == "tea@side.example"
    assert not {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"} & set(message.keys())


def test_the_same_letter_is_the_same_bytes() -> None:
    assert compose(LETTER) == compose(replace(LETTER))


def test_another_message_id_makes_another_boundary() -> None:
    assert read(LETTER).get_boundary() != read(replace(LETTER, message_id="<2@side.example>")).get_boundary()


def test_text_comes_before_html_and_both_before_the_calendar() -> None:
    message = read(replace(LETTER, calendar=CALENDAR))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html", "text/calendar"]


@pytest.mark.parametrize("method", CalendarMethod)
def test_a_calendar_says_in_its_type_what_it_asks_for(method: CalendarMethod) -> None:
    *_, part = read(replace(LETTER, calendar=CALENDAR, calendar_method=method)).iter_parts()
    assert part["Content-Type"].params == {"charset": "utf-8", "method": method.value}
    assert part["Content-Transfer-Encoding"] == "base64"
    assert part.get_payload(decode=True) == CALENDAR


@given(text=HOSTILE, html=HOSTILE, calendar=st.none() | st.binary(max_size=300))
def test_every_part_reads_as_it_was_written(text: str, html: str, calendar: bytes | None) -> None:
    parts = list(read(replace(LETTER, text=text, html=html, calendar=calendar)).iter_parts())
    for part, written in zip(parts, (text, html), strict=False):
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        expected = lines(written).removesuffix("\n") + "\n"
        assert lines(content.decode()) == expected.encode("utf-8", "replace").decode()
    assert (parts[2].get_payload(decode=True) if len(parts) > 2 else None) == calendar


@given(subject=HOSTILE, name=HOSTILE, text=HOSTILE, extra=HOSTILE)
def test_no_name_and_no_subject_can_write_a_header(subject: str, name: str, text: str, extra: str) -> None:
    changed = replace(LETTER, subject=subject, sender_name=name, text=text, extra_headers=(("X-Plan", extra),))
    message = read(changed)
    assert message.keys() == [*read(LETTER).keys()[:-1], "X-Plan", "Content-Type"]
    assert [str(address) for address in message["To"].addresses] == ["anna@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == ["tea@side.example"]


@given(subject=HOSTILE)
def test_a_subject_reads_as_it_was_written(subject: str) -> None:
    assert "".join(read(replace(LETTER, subject=subject))["Subject"].split()) == in_header(visible(subject))


@given(name=HOSTILE)
def test_a_display_name_reads_as_it_was_written(name: str) -> None:
    [address] = read(replace(LETTER, sender_name=name))["From"].addresses
    assert "".join(address.display_name.split()) == in_header(visible(name))


@given(subject=HOSTILE, name=HOSTILE, text=HOSTILE, html=HOSTILE)
def test_every_line_is_short_and_ascii_and_ends_in_crlf(subject: str, name: str, text: str, html: str) -> None:
    raw = compose(replace(LETTER, subject=subject * 50, sender_name=name, text=text * 50, html=html, calendar=CALENDAR))
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_the_moment_is_told_in_utc() -> None:
    assert parsedate_to_datetime(read(LETTER)["Date"]) == LETTER.date


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "tea@side.example, eve@example.org"},
        {"recipient": "anna@example.org\r\nBcc: eve@example.org"},
        {"recipient": "anna@example.org,eve@example.org"},
        {"recipient": "Anna <anna@example.org>"},
        {"recipient": "änna@example.org"},
        {"recipient": ""},
        {"reply_to": "a@b\n"},
        {"message_id": "1@side.example"},
        {"message_id": "<1@side.example>\r\nX: y"},
        {"message_id": "<1 2@side.example>"},
        {"list_unsubscribe": "https://side.example/>, <mailto:eve@example.org"},
        {"list_unsubscribe": "javascript:alert(1)"},
        {"list_unsubscribe": "https://side.example/\r\nX: y"},
        {"extra_headers": (("Bcc", "eve@example.org"),)},
        {"extra_headers": (("content-type", "text/plain"),)},
        {"extra_headers": (("X: y\r\nBcc", "eve@example.org"),)},
    ],
)
def test_what_must_not_stand_in_a_header_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="header") as refused:
        compose(replace(LETTER, **changes))
    assert "eve@" not in str(refused.value)
