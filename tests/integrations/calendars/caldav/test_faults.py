"""Servers that refuse, weaken, and answer nonsense."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from integrations.calendars.caldav.calendar import CaldavCalendar
from integrations.calendars.caldav.collection import resource_name
from integrations.calendars.caldav.provider import CaldavProvider
from integrations.calendars.icalendar.merging import merged
from integrations.calendars.icalendar.reading import BEYOND_WORDS
from integrations.http import Guard
from rituals.calendar_interfaces import Access, CalendarError, EtagMismatchError, Trouble
from tests.contracts.calendar import CHANGED, REVISED, SUNDAYS
from tests.simulators.web_server import HANG_UP, Asked, Pieces, WebServer, answer

SECRETS = {"user": "anna", "password": "secret"}
OUR_PATH = f"/anna/ours/{resource_name(SUNDAYS.uid)}"
MULTISTATUS = '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{inner}</d:multistatus>'
MEMBER = (
    "<d:response><d:href>{path}</d:href><d:propstat><d:prop><d:getetag>{etag}</d:getetag>"
    "<c:calendar-data>{data}</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
)
BOMB = (
    b"<!DOCTYPE x ["
    + b"".join(b'<!ENTITY a%d "%s">' % (level + 1, b"&a%d;" % level * 10) for level in range(9))
    + b"]><x>&a9;</x>"
)
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><d:multistatus xmlns:d="DAV:">&f;</d:multistatus>'
ODD = {
    "a web page": b"<!DOCTYPE html><html><body>Please <br> sign in</body></html>",
    "well-formed and no multistatus": b"<html><body/></html>",
    "half an answer": MULTISTATUS.encode()[:40],
    "nothing": b"",
    "entities within entities": BOMB,
    "a file of ours": FILE,
    "deep": b"<d>" * 5000,
    "a status without end": MULTISTATUS.format(
        inner=f"<d:response><d:href>/</d:href><d:status>HTTP/1.1 {'1' * 5000}</d:status></d:response>"
    ).encode(),
    "not even text": b"\x00\xff\xfe" * 50,
}


def multistatus(*members: str) -> bytes:
    body = MULTISTATUS.format(inner="".join(members)).encode()
    return answer(body, "207 Multi-Status", content_type="application/xml")


def member(data: str, path: str = OUR_PATH, etag: str = '"1"') -> str:
    return MEMBER.format(path=path, etag=etag, data=data.replace("&", "&amp;"))


def held(etag: str = '"1"') -> bytes:
    return multistatus(member(merged(SUNDAYS, None).decode(), etag=etag))


@contextmanager
def calendar(
    reply: Callable[[Asked], Pieces], guard: Guard | None = None
) -> Iterator[tuple[CaldavCalendar, WebServer]]:
    with WebServer(reply) as server:
        provider = CaldavProvider(guard or Guard(allow_private=True))
        opened = provider.open(Access(SECRETS, f"{server.url}/anna/ours/"))
        yield opened, server
        opened.close()


def caught(call: Callable[[], object]) -> CalendarError:
    with pytest.raises(CalendarError) as found:
        call()
    assert "127.0.0.1" not in str(found.value)
    return found.value


CALLS: dict[str, Callable[[CaldavCalendar], object]] = {
    "put": lambda calendar: calendar.put(SUNDAYS, etag=None),
    "update": lambda calendar: calendar.put(SUNDAYS, etag='"1"'),
    "read": lambda calendar: calendar.read(SUNDAYS.uid),
    "remove": lambda calendar: calendar.remove(SUNDAYS.uid),
    "changes": lambda calendar: calendar.changes(None),
    "busy": lambda calendar: calendar.busy(REVISED, REVISED + timedelta(days=14)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        ("401 Unauthorized", Trouble.RECONNECT),
        ("429 Too Many Requests", Trouble.BUSY),
        ("500 Internal Server Error", Trouble.BUSY),
        ("503 Service Unavailable", Trouble.BUSY),
        ("599 Odd", Trouble.BUSY),
        ("404 Not Found", Trouble.GONE),
    ],
)
def test_a_refusal_says_what_follows_from_it(
    call: Callable[[CaldavCalendar], object], status: str, trouble: Trouble
) -> None:
    with calendar(lambda asked: [answer(b"no", status)]) as (opened, _):
        assert caught(lambda: call(opened)).trouble is trouble


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_an_answer_that_makes_no_sense_is_odd(call: Callable[[CaldavCalendar], object], body: bytes) -> None:
    with calendar(lambda asked: [answer(body, "207 Multi-Status")]) as (opened, _):
        assert caught(lambda: call(opened)).trouble is Trouble.ODD


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_page_to_sign_in_is_odd(call: Callable[[CaldavCalendar], object]) -> None:
    with calendar(lambda asked: [answer(ODD["a web page"], content_type="text/html")]) as (opened, _):
        assert caught(lambda: call(opened)).trouble is Trouble.ODD


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "120"}, timedelta(minutes=2)),
        (
            {"Retry_After": "Mon, 01 Mar 2027 09:05:00 GMT", "Date": "Mon, 01 Mar 2027 09:00:00 GMT"},
            timedelta(minutes=5),
        ),
        ({"Retry_After": "99999999"}, timedelta(days=1)),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "1 Jan 2027 00:00 +" + "9" * 30, "Date": "Mon, 01 Mar 2027 09:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_a_busy_server_may_say_when_to_come_back(headers: dict[str, str], wait: timedelta | None) -> None:
    with calendar(lambda asked: [answer(b"", "503 Service Unavailable", **headers)]) as (opened, _):
        assert caught(lambda: opened.changes(None)).retry_after == wait


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        ("403 Forbidden", Trouble.REFUSED),
        ("405 Method Not Allowed", Trouble.REFUSED),
        ("413 Content Too Large", Trouble.REFUSED),
        ("507 Insufficient Storage", Trouble.REFUSED),
        ("404 Not Found", Trouble.GONE),
        ("409 Conflict", Trouble.ODD),
        ("418 I'm a teapot", Trouble.ODD),
    ],
)
def test_a_write_that_is_not_allowed_is_refused(status: str, trouble: Trouble) -> None:
    with calendar(lambda asked: [answer(b"", status) if asked.method == "PUT" else multistatus()]) as (opened, _):
        assert caught(lambda: opened.put(SUNDAYS, etag=None)).trouble is trouble


def test_a_write_into_a_calendar_that_is_gone_tells_so() -> None:
    """Some servers say 409 where the calendar is missing; then one more question tells."""
    replies = {"PUT": answer(b"", "409 Conflict"), "PROPFIND": answer(b"", "404 Not Found")}
    with calendar(lambda asked: [replies.get(asked.method, multistatus())]) as (opened, _):
        assert caught(lambda: opened.put(SUNDAYS, etag=None)).trouble is Trouble.GONE


def test_an_event_is_written_where_nothing_stands_or_where_we_last_saw_it() -> None:
    with calendar(lambda asked: [answer(b"", "201 Created", ETag='"2"') if asked.method == "PUT" else held()]) as (
        opened,
        server,
    ):
        assert opened.put(CHANGED, etag='"1"') == '"2"'
        server.reply = lambda asked: [
            answer(b"", "201 Created", ETag='"3"') if asked.method == "PUT" else multistatus()
        ]
        assert opened.put(CHANGED, etag=None) == '"3"'
        update, creation = (asked.headers for asked in server.asked if asked.method == "PUT")
        assert (update["if-match"], update.get("if-none-match")) == ('"1"', None)
        assert (creation.get("if-match"), creation["if-none-match"]) == (None, "*")


@pytest.mark.parametrize("given", [{}, {"ETag": 'W/"2"'}, {"ETag": "%222%22"}])
def test_an_etag_that_is_kept_back_or_of_no_use_is_read(given: dict[str, str]) -> None:
    with calendar(lambda asked: [answer(b"", "204 No Content", **given) if asked.method == "PUT" else held()]) as (
        opened,
        server,
    ):
        seen = iter([held(), held('"after"')])
        server.reply = lambda asked: [answer(b"", "204 No Content", **given) if asked.method == "PUT" else next(seen)]
        assert opened.put(CHANGED, etag='"1"') == '"after"'


def test_somebody_who_is_quicker_is_not_overwritten() -> None:
    with calendar(lambda asked: [answer(b"", "412 Precondition Failed") if asked.method == "PUT" else held()]) as (
        opened,
        _,
    ):
        with pytest.raises(EtagMismatchError):
            opened.put(CHANGED, etag='"1"')
        with pytest.raises(EtagMismatchError):
            opened.put(CHANGED, etag='"older"')
        # One that is ours is written again, but not for ever.
        assert caught(lambda: opened.put(CHANGED, etag=None)).trouble is Trouble.BUSY


def test_a_write_whose_answer_got_lost_makes_no_second_event() -> None:
    """It is sent again over a new connection, is refused since the first one arrived, and finds our own event."""

    def reply(asked: Asked) -> Pieces:
        puts = [one for one in server.asked if one.method == "PUT"]
        if asked.method != "PUT":
            return [held() if puts else multistatus()]
        if len(puts) == 1:
            return [HANG_UP]
        is_ours = asked.headers.get("if-match") == '"1"'
        return [answer(b"", "204 No Content", ETag='"2"') if is_ours else answer(b"", "412 Precondition Failed")]

    with calendar(reply) as (opened, server):
        assert opened.put(SUNDAYS, etag=None) == '"2"'
        conditions = [asked.headers.get("if-match", "nothing there") for asked in server.asked if asked.method == "PUT"]
        assert conditions == ["nothing there", "nothing there", '"1"']


@pytest.mark.parametrize(
    "data",
    ["", "no calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x", "<![CDATA[\x0c]]>".replace("\x0c", "")],
    ids=["empty", "text", "cut off", "hidden"],
)
def test_our_event_made_unreadable_is_still_there_but_beyond_words(data: str) -> None:
    with calendar(lambda asked: [multistatus(member(data))]) as (opened, server):
        found = opened.read(SUNDAYS.uid)
        assert found is not None
        assert (found.uid, found.timetable) == (SUNDAYS.uid, BEYOND_WORDS)
        server.reply = lambda asked: [
            answer(b"", "204 No Content", ETag='"2"') if asked.method == "PUT" else multistatus(member(data))
        ]
        assert opened.put(SUNDAYS, etag='"1"') == '"2"'
        assert server.asked[-1].body == merged(SUNDAYS, None)


def test_one_event_that_is_too_large_does_not_hide_ours() -> None:
    paths = {OUR_PATH: held(), **{f"/anna/ours/{number}.ics": multistatus() for number in range(5)}}
    huge = "/anna/ours/3.ics"

    def reply(asked: Asked) -> Pieces:
        if b"sync-collection" in asked.body:
            listed = (
                f"<d:response><d:href>{path}</d:href><d:propstat><d:prop/></d:propstat></d:response>" for path in paths
            )
            return [multistatus(*listed, "<d:sync-token>t</d:sync-token>")]
        asked_for = [path for path in paths if path.encode() in asked.body]
        if huge in asked_for:
            return [answer(gzip.compress(b"x" * 200_000), "207 Multi-Status", content_encoding="gzip")]
        return [held() if OUR_PATH in asked_for else multistatus()]

    with calendar(reply, Guard(allow_private=True, largest=100_000)) as (opened, _):
        assert [one.uid for one in opened.changes(None).held] == [SUNDAYS.uid]


def test_a_listing_that_is_cut_is_asked_on() -> None:
    cut = "<d:response><d:href>/anna/ours/</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
    ours = f"<d:response><d:href>{OUR_PATH}</d:href><d:propstat><d:prop/></d:propstat></d:response>"

    def reply(asked: Asked) -> Pieces:
        if b"sync-collection" not in asked.body:
            return [held()]
        assert b"limit" not in asked.body
        if b"first" in asked.body:
            return [multistatus(ours, "<d:sync-token>second</d:sync-token>")]
        return [multistatus(cut, "<d:sync-token>first</d:sync-token>")]

    with calendar(reply) as (opened, _):
        assert [one.uid for one in opened.changes(None).held] == [SUNDAYS.uid]


def test_nothing_holds_a_call_for_long() -> None:
    with calendar(lambda asked: [], Guard(allow_private=True, within=timedelta(seconds=0.2))) as (opened, server):
        server.reply = lambda asked: server.drip(held())
        for call in CALLS.values():
            assert caught(lambda call=call: call(opened)).trouble is Trouble.UNREACHABLE


def test_no_other_server_is_shown_the_password() -> None:
    with WebServer() as other, calendar(lambda asked: []) as (opened, server):
        server.reply = lambda asked: [answer(b"", "302 Found", Location=f"{other.url}/anna/ours/")]
        other.reply = lambda asked: [answer(b"", "401 Unauthorized")]
        assert caught(lambda: opened.changes(None)).trouble is Trouble.ODD
        home = f"<d:href>{other.url}/elsewhere/</d:href>"
        server.reply = lambda asked: [
            multistatus(
                "<d:response><d:href>/</d:href><d:propstat><d:prop><c:calendar-home-set>"
                f"{home}</c:calendar-home-set></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
            )
        ]
        opened.busy(REVISED, REVISED + timedelta(days=1))
        assert all("authorization" not in asked.headers for asked in other.asked)
        assert len(other.asked) == 1


def test_a_password_in_any_letters_is_sent_as_utf_8() -> None:
    with WebServer(lambda asked: [multistatus()]) as server:
        secrets = {"user": "ana", "password": "contraseña:1"}
        opened = CaldavProvider(Guard(allow_private=True)).open(Access(secrets, f"{server.url}/ana/"))
        opened.read(SUNDAYS.uid)
        opened.close()
        assert server.asked[0].headers["authorization"] == "Basic YW5hOmNvbnRyYXNlw7FhOjE="
