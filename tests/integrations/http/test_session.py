"""What comes back from servers, well-behaved and not."""

import gzip
import logging
import ssl
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest

from integrations.http import Guard, Response, Session
from rituals.calendar_interfaces import CalendarError, Trouble
from tests.simulators.certificate import write_certificate
from tests.simulators.internet import Internet
from tests.simulators.web_server import HANG_UP, Asked, Pieces, WebServer, answer

MOMENT = timedelta(seconds=0.3)
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
SECRET = {"Authorization": "Basic c2VjcmV0"}
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def ask(reply: Callable[[Asked], Pieces] | bytes, guard: Guard | None = None) -> Response:
    replying = (lambda asked: [reply]) if isinstance(reply, bytes) else reply
    with WebServer(replying) as server, Session(guard or Guard(allow_private=True)) as session:
        return session.request("GET", server.url)


def trouble(reply: Callable[[Asked], Pieces] | bytes) -> Trouble:
    with pytest.raises(CalendarError) as caught:
        ask(reply, Guard(allow_private=True, largest=1000, within=timedelta(seconds=5)))
    return caught.value.trouble


def test_an_answer_is_given_back_with_its_headers_by_lower_case_name() -> None:
    response = ask(answer(CALENDAR, "207 Multi-Status", ETag='"1"'))
    assert (response.status, response.headers["etag"], response.body) == (207, '"1"', CALENDAR)


@pytest.mark.parametrize(
    "reply",
    [
        answer(CALENDAR),
        answer(gzip.compress(CALENDAR), content_encoding="gzip"),
        answer(zlib.compress(CALENDAR), content_encoding="deflate"),
        CHUNKED + b"5\r\nBEGIN\r\n" + b"%x;note=1\r\n" % 27 + CALENDAR[5:] + b"\r\n0\r\nTrailer: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(CALENDAR),
        b"HTTP/1.1 200\nContent-Length: 32\nContent-Length: 32\n\n" + CALENDAR,
    ],
    ids=["plain", "gzip", "deflate", "chunked", "after an interim answer", "bare line ends and a length twice"],
)
def test_a_body_arrives_whole_however_it_travels(reply: bytes) -> None:
    assert ask(reply).body == CALENDAR


def test_a_body_may_end_with_its_connection() -> None:
    assert ask(lambda asked: [b"HTTP/1.1 200 OK\r\n\r\n" + CALENDAR, HANG_UP]).body == CALENDAR


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_some_answers_have_no_body(status: str) -> None:
    assert ask(f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode()).body == b""


def test_a_server_that_drips_is_given_up_in_time() -> None:
    begun = monotonic()
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        for reply in (
            lambda asked: server.drip(answer(b"x" * 10_000)),
            lambda asked: [answer(b"x" * 10_000)[:60], *server.drip(b"x" * 10_000)],
            lambda asked: server.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
            lambda asked: [],
        ):
            server.reply = reply
            with pytest.raises(CalendarError) as caught:
                session.request("GET", server.url, within=MOMENT)
            assert caught.value.trouble is Trouble.UNREACHABLE
    assert monotonic() - begun < 5


def test_redirects_do_not_begin_the_time_anew() -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        server.reply = lambda asked: server.drip(answer(b"", "302 Found", Location="/again"), every=0.004)
        with pytest.raises(CalendarError) as caught:
            session.request("GET", server.url, within=MOMENT)
        assert caught.value.trouble is Trouble.UNREACHABLE


def test_a_server_that_never_takes_the_request_is_given_up_in_time(tmp_path: Path) -> None:
    """The handshake of TLS counts as well: this server waits for plain text, and so do we."""
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        with pytest.raises(CalendarError) as caught:
            session.request("GET", server.url.replace("http:", "https:"), within=MOMENT)
        assert caught.value.trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "reply",
    [
        answer(b"x" * 1001),
        answer(gzip.compress(b"x" * 1_000_000), content_encoding="gzip"),
        answer(gzip.compress(CALENDAR)[:-9], content_encoding="gzip"),
        answer(gzip.compress(CALENDAR) + b"more" * 20_000, content_encoding="gzip"),
        answer(CALENDAR, content_encoding="gzip"),
        answer(CALENDAR, content_encoding="br"),
        CHUNKED + b"fffffffffff\r\n" + b"x" * 5000,
        CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"3\r\nhello\r\n0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000 + b"\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20,
    ],
    ids=[
        *("large", "bomb", "half", "longer than packed", "not packed", "packed in an unknown way", "an endless chunk"),
        *("a negative chunk", "a chunk too long", "ssh", "no header", "two lengths", "a negative length"),
        *("many headers", "a long header", "many interim answers"),
    ],
)
def test_what_makes_no_sense_or_is_too_much_is_odd(reply: bytes) -> None:
    assert trouble(reply) is Trouble.ODD


def test_an_endless_body_is_not_read_to_its_end() -> None:
    with WebServer() as server, Session(Guard(allow_private=True, largest=100_000)) as session:

        def reply(asked: Asked) -> Pieces:
            yield b"HTTP/1.1 200 OK\r\n\r\n"
            yield from server.endless(b"x" * 50_000)

        server.reply = reply
        with pytest.raises(CalendarError) as caught:
            session.request("GET", server.url)
        assert caught.value.trouble is Trouble.ODD


@pytest.mark.parametrize(
    "pieces",
    [
        [answer(CALENDAR)[:-5], HANG_UP],
        [CHUNKED + b"20\r\nhello", HANG_UP],
        [b"HTTP/1.1 200 OK\r\nContent-", HANG_UP],
        [HANG_UP],
    ],
)
def test_a_connection_cut_in_half_is_no_answer(pieces: list[bytes]) -> None:
    assert trouble(lambda asked: pieces) is Trouble.UNREACHABLE


def test_several_requests_share_a_connection() -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        for method in ("PROPFIND", "PUT", "DELETE", "GET"):
            session.request(method, server.url, body=b"<x/>" if method == "PROPFIND" else b"")
        assert [asked.connection for asked in server.asked] == [1, 1, 1, 1]
        assert [asked.body for asked in server.asked] == [b"<x/>", b"", b"", b""]
        assert [asked.headers.get("content-length") for asked in server.asked] == ["4", "0", None, None]


def test_a_connection_that_was_dropped_meanwhile_is_opened_again() -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        server.reply = lambda asked: [answer(b"", Connection="close")]
        session.request("GET", server.url)
        session.request("GET", server.url)
        server.reply = lambda asked: [answer()] if asked.connection == 4 or len(server.asked) < 4 else [HANG_UP]
        session.request("GET", server.url)
        session.request("PUT", server.url, body=b"once more")
        assert [(asked.method, asked.connection) for asked in server.asked[2:]] == [("GET", 3), ("PUT", 3), ("PUT", 4)]


def test_what_may_not_be_done_twice_is_not_sent_twice() -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        session.request("GET", server.url)
        server.reply = lambda asked: [HANG_UP]
        with pytest.raises(CalendarError):
            session.request("POST", server.url, body=b"{}")
        assert [asked.method for asked in server.asked] == ["GET", "POST"]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_reading_follows_a_redirect_with_its_own_method_and_body(status: str) -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        server.reply = lambda asked: [answer(b"", status, Location="/dav/") if asked.path == "/" else answer()]
        response = session.request("PROPFIND", server.url, body=b"<propfind/>", headers=SECRET)
        assert response.url == f"{server.url}/dav/"
        assert [(asked.method, asked.path, asked.body) for asked in server.asked] == [
            ("PROPFIND", "/", b"<propfind/>"),
            ("PROPFIND", "/dav/", b"<propfind/>"),
        ]
        assert server.asked[1].headers["authorization"] == SECRET["Authorization"]


@pytest.mark.parametrize(("status", "asked"), [("302 Found", 1), ("307 Temporary Redirect", 2)])
def test_writing_follows_only_where_the_method_is_kept(status: str, asked: int) -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        server.reply = lambda asked: [answer(b"", status, Location="/there") if asked.path == "/" else answer()]
        session.request("PUT", server.url, body=CALENDAR)
        assert len(server.asked) == asked


def test_nothing_is_written_to_another_server_and_no_password_shown_to_it() -> None:
    with WebServer() as other, WebServer() as server, Session(Guard(allow_private=True)) as session:
        server.reply = lambda asked: [answer(b"", "307 Temporary Redirect", Location=f"{other.url}/there")]
        assert session.request("PUT", server.url, body=CALENDAR, headers=SECRET).status == 307
        session.request("GET", server.url, headers={**SECRET, "Cookie": "a=b", "Accept": "text/calendar"})
        (asked,) = other.asked
        assert asked.headers["accept"] == "text/calendar"
        assert not {"authorization", "cookie"} & asked.headers.keys()


def test_a_circle_of_redirects_ends() -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        server.reply = lambda asked: [answer(b"", "302 Found", Location="/")]
        with pytest.raises(CalendarError) as caught:
            session.request("GET", server.url)
        assert caught.value.trouble is Trouble.ODD
        assert len(server.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://inside.example.org/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:8080/",
        "ftp://calendar.example.org/",
        "http://user:secret@calendar.example.org/",
        "http://calendar.example.org:25/",
        "http://[",
    ],
)
def test_a_redirect_inside_is_not_followed(location: str) -> None:
    names = {"calendar.example.org": ["8.8.8.8"], "inside.example.org": ["10.0.0.1"]}
    names |= {address: [address] for address in ("127.0.0.1", "169.254.169.254", "::1")}
    with WebServer(lambda asked: [answer(b"", "302 Found", Location=location)]) as server:
        internet = Internet(names, {"8.8.8.8": server.port})
        with Session(Guard(network=internet)) as session, pytest.raises(CalendarError) as caught:
            session.request("GET", "http://calendar.example.org/")
    assert caught.value.trouble is Trouble.UNSAFE
    assert [address for address, _ in internet.connected] == ["8.8.8.8"]


def test_a_password_is_never_sent_in_clear() -> None:
    internet = Internet({"calendar.example.org": ["8.8.8.8"]})
    with Session(Guard(network=internet)) as session, pytest.raises(CalendarError) as caught:
        session.request("GET", "http://calendar.example.org/", headers=SECRET)
    assert caught.value.trouble is Trouble.UNSAFE
    assert internet.connected == []


def test_headers_carry_no_line_ends() -> None:
    with WebServer() as server, Session(Guard(allow_private=True)) as session, pytest.raises(CalendarError):
        session.request("GET", server.url, headers={"X": "y\r\nEvil: z"})


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with WebServer() as server, Session(Guard(allow_private=True)) as session:
        server.reply = lambda asked: [answer(b"", "302 Found", Location="/")]
        with pytest.raises(CalendarError):
            session.request("GET", server.url, headers=SECRET)
    assert caplog.records == []


class TestTls:
    """With a certificate for calendar.example.org that the guard has been told to trust."""

    @staticmethod
    def ask(tmp_path: Path, host: str, *, lasts: timedelta = timedelta(days=1), to: str = "") -> Response:
        certificate = write_certificate(tmp_path / "certificate.pem", name="calendar.example.org", lasts=lasts)
        reply = answer(b"", "302 Found", Location=to) if to else answer(CALENDAR)
        with WebServer(lambda asked: [reply], certificate) as server:
            internet = Internet({host: ["8.8.8.8"]}, {"8.8.8.8": server.port})
            guard = Guard(network=internet, trust=ssl.create_default_context(cafile=str(certificate)))
            with Session(guard) as session:
                return session.request("GET", f"https://{host}/", headers=SECRET)

    def test_the_right_certificate_is_trusted(self, tmp_path: Path) -> None:
        assert self.ask(tmp_path, "calendar.example.org").body == CALENDAR

    @pytest.mark.parametrize(
        ("host", "lasts"),
        [("calendar.example.org", timedelta(days=-1)), ("other.example.org", timedelta(days=1))],
        ids=["run out", "for another host"],
    )
    def test_a_wrong_one_is_not(self, tmp_path: Path, host: str, lasts: timedelta) -> None:
        with pytest.raises(CalendarError) as caught:
            self.ask(tmp_path, host, lasts=lasts)
        assert caught.value.trouble is Trouble.UNREACHABLE
        assert host not in str(caught.value)

    def test_there_is_no_way_back_from_https_to_http(self, tmp_path: Path) -> None:
        with pytest.raises(CalendarError) as caught:
            self.ask(tmp_path, "calendar.example.org", to="http://calendar.example.org/")
        assert caught.value.trouble is Trouble.UNSAFE
