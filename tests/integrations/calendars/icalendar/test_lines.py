"""iCalendar as a tree of lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.calendars.icalendar.lines import BrokenIcsError, Component, Line, escaped, parse, written

EVENT = b'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY;X-A="b:c":one\\, two\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_every_kind_of_line_end_is_read(line_end: str) -> None:
    event = parse(EVENT.replace(b"\r\n", line_end.encode())).parts[0]
    line = event.first("SUMMARY")
    assert line is not None
    assert (line.parameter("x-a"), line.value, line.text) == ("b:c", "one\\, two", "one, two")


def test_what_is_read_is_written_back_letter_by_letter() -> None:
    assert written(parse(EVENT)) == EVENT


@pytest.mark.parametrize(
    "ics",
    [
        b"",
        b"<html><body>Please sign in</body></html>",
        b"BEGIN:VCALENDAR\r\n",
        EVENT[:-20],
        EVENT.replace(b"END:VEVENT", b"END:VTODO"),
        b"SUMMARY:outside\r\n" + EVENT,
        b"END:VCALENDAR\r\n",
        EVENT.replace(b"SUMMARY", b"no colon here\r\nSUMMARY"),
        b"BEGIN:X\r\n" * 50,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_calendar_or_half_of_one_is_refused(ics: bytes) -> None:
    with pytest.raises(BrokenIcsError):
        parse(ics)


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
def test_a_text_of_any_length_survives_folding(text: str) -> None:
    component = Component("VEVENT", (Line("SUMMARY", "", escaped(text)),))
    ics = written(component)
    assert max(map(len, ics.split(b"\r\n"))) <= 75
    line = parse(ics).first("SUMMARY")
    assert line is not None
    assert line.text == text
