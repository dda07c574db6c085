"""Published calendars, read over a real socket."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from integrations.calendars.ics_address import IcsAddresses
from integrations.http import Guard
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.stretch import Stretch
from tests.simulators.web_server import Asked, Pieces, WebServer, answer

NOW = datetime(2027, 3, 1, tzinfo=UTC)
MEETING = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20270310T100000\r\nDURATION:PT1H\r\n"
    b"ATTENDEE;PARTSTAT=%s:mailto:ana@example.org\r\nEND:VEVENT\r\n"
    b"BEGIN:VEVENT\r\nUID:1@side-by-side\r\nDTSTART:20270311T100000\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
ACCEPTED, DECLINED = MEETING % b"ACCEPTED", MEETING % b"DECLINED"
OPEN, CLOSED = (
    IcsAddresses(Guard(allow_private=private, within=timedelta(seconds=5)), lambda: NOW) for private in (True, False)
)


def look(reply: bytes | Callable[[Asked], Pieces]) -> list[Stretch]:
    replying = (lambda asked: [reply]) if isinstance(reply, bytes) else reply
    with WebServer(replying) as server:
        return list(OPEN.busy(server.url, NOW, NOW + timedelta(days=30), zone="Europe/Madrid", owner="ana@example.org"))


def test_its_owner_is_taken_where_something_of_theirs_stands() -> None:
    meeting = Stretch(datetime(2027, 3, 10, 9, tzinfo=UTC), datetime(2027, 3, 10, 10, tzinfo=UTC))
    assert look(answer(ACCEPTED)) == [meeting]
    assert look(answer(DECLINED)) == []


@pytest.mark.parametrize(
    ("reply", "trouble", "retry_after"),
    [
        (answer(b"", "401 Unauthorized"), Trouble.REFUSED, None),
        (answer(b"", "404 Not Found"), Trouble.GONE, None),
        (answer(b"", "410 Gone"), Trouble.GONE, None),
        (answer(b"", "429 Too Many Requests", Retry_After="120"), Trouble.BUSY, timedelta(minutes=2)),
        (
            answer(b"", "503 Service Unavailable", Retry_After="Mon, 01 Mar 2027 00:05:00 GMT"),
            Trouble.BUSY,
            timedelta(minutes=5),
        ),
        (answer(b"", "503 Service Unavailable", Retry_After="soon"), Trouble.BUSY, None),
        (answer(b"", "503 Service Unavailable", Retry_After="1 Jan 2027 00:00 +" + "9" * 30), Trouble.BUSY, None),
        (answer(b"", "500 Internal Server Error"), Trouble.BUSY, None),
        (answer(b"", "204 No Content"), Trouble.ODD, None),
        (answer(b"<title>Sign in</title>"), Trouble.ODD, None),
        (b"SSH-2.0-OpenSSH\r\n", Trouble.ODD, None),
    ],
)
def test_trouble_is_told_by_its_kind(reply: bytes, trouble: Trouble, retry_after: timedelta | None) -> None:
    with pytest.raises(CalendarError) as caught:
        look(reply)
    assert (caught.value.trouble, caught.value.retry_after) == (trouble, retry_after)
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("webcal://calendar.example/ana.ics", "https://calendar.example/ana.ics"),
        (" WEBCALS://calendar.example/ana.ics ", "https://calendar.example/ana.ics"),
        ("https://calendar.example/a?b=c", "https://calendar.example/a?b=c"),
        ("calendar.example/ana.ics", "https://calendar.example/ana.ics"),
        ("http://calendar.example/ana.ics", "https://calendar.example/ana.ics"),
    ],
)
def test_addresses_are_taken_as_people_copy_them(given: str, asked: str) -> None:
    assert CLOSED.check(given) == asked


@pytest.mark.parametrize(
    "address",
    ["", "ftp://calendar.example/", "https://a:b@calendar.example/", "javascript:alert(1)", "a b", "https://"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(CalendarError) as caught:
        CLOSED.check(address)
    assert caught.value.trouble == Trouble.UNSAFE


def test_this_machine_is_not_asked() -> None:
    with WebServer(lambda asked: [answer(ACCEPTED)]) as server, pytest.raises(CalendarError) as caught:
        CLOSED.busy(server.url, NOW, NOW + timedelta(days=1), zone="Europe/Madrid", owner="")
    assert caught.value.trouble == Trouble.UNSAFE
