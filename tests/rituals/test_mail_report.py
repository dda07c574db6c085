"""What a mail that came back says. Whoever sent it may have written what they like."""

import time

import pytest

from rituals.mail_report import Returned, read
from tests import reports
from tests.reports import RETURN_PATH

LARGE = 2_000_000


@pytest.mark.parametrize(
    "content",
    [
        reports.bounce(),
        reports.bounce().replace(b"\n", b"\r\n"),
        reports.bounce().replace(b"Action: failed", b"ACTION:  Failed (really)"),
        reports.bounce(status="5.0.0", answer="550 5.1.1 gone"),
        reports.outlook_bounce(),
        reports.exim_bounce(),
        b"From MAILER-DAEMON Sun Mar  7 19:00:01 2027\n" + reports.bounce(),
        reports.bounce() + b"x" * LARGE,
    ],
)
def test_a_mail_that_could_not_be_delivered_for_good_has_bounced(content: bytes) -> None:
    report = read(content)
    assert report is not None
    assert report.returned == Returned.BOUNCE
    assert any(RETURN_PATH in address for address in report.addresses)


@pytest.mark.parametrize("kind", ["abuse", "Abuse", "fraud", "opt-out"])
def test_what_its_reader_calls_unwanted_is_a_complaint(kind: str) -> None:
    report = read(reports.complaint(kind=kind))
    assert report is not None
    assert report.returned == Returned.COMPLAINT
    assert any(RETURN_PATH in address for address in report.addresses)


def test_a_complaint_names_the_mail_also_where_it_went_to_a_common_address() -> None:
    report = read(reports.complaint("feedback@example.org", original=RETURN_PATH))
    assert report is not None
    assert any(RETURN_PATH in address for address in report.addresses)


TWO_READERS = b"Action: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; b@example.net\nAction: %s\nStatus: %s\n"


@pytest.mark.parametrize(
    "content",
    [
        reports.bounce(action="delayed", status="4.4.1"),
        reports.bounce(action="delayed"),
        reports.bounce(action="delivered", status="2.0.0"),
        reports.bounce(action="failed", status="4.4.1", answer="connect timed out"),
        reports.bounce(action="failed", status="5.7.1", answer="550 5.7.1 your server is on a list"),
        reports.bounce().replace(b"Action: failed\nStatus: 5.1.1\n", TWO_READERS % (b"delivered", b"2.0.0")),
        reports.bounce().replace(b"Action: failed\n", b""),
        reports.bounce().replace(b"Status: 5.1.1\n", b"").replace(b"550 5.1.1", b"oh no"),
        reports.bounce().replace(b"message/delivery-status", b"text/plain"),
        reports.bounce().replace(b"boundary=", b"border="),
        reports.complaint(kind="not-spam"),
        reports.complaint(kind="auth-failure"),
        reports.complaint(kind=""),
        reports.absence(),
        b"",
        b"\n",
        b"\0\xff" * 50,
        b"Content-Type: multipart/report; boundary=\n\n--\n",
        b"Content-Type: message/delivery-status",
    ],
)
def test_everything_else_says_nothing(content: bytes) -> None:
    assert read(content) is None


def nested(depth: int) -> bytes:
    heads = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return b"".join(heads) + reports.bounce()


def test_a_report_may_stand_within_another_mail() -> None:
    assert read(nested(1)) is not None


HOSTILE = {
    "deep": nested(20_000),
    "many parts": b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n\n" * (LARGE // 6),
    "long header": b"To: " + b"a" * LARGE,
    "many headers": b"To: a\n" * (LARGE // 6),
    "folds": b"To: a" + b"\n " * (LARGE // 2),
    "blanks": b"To: a\n" + b" " * LARGE,
    "empty lines": reports.bounce().replace(b"Action", b"\n" * LARGE + b"Action"),
    "blank lines": reports.bounce().replace(b"Action", b"\n" + b" \n" * LARGE + b"Action"),
    "carriage returns": b"\r" * LARGE,
    "quotes": b"Content-Type: multipart/report; boundary=" + b'"' * LARGE,
    "semicolons": b"Content-Type: multipart/report" + b";boundary" * (LARGE // 9),
    "digits": reports.bounce(status="5." * 30_000, answer="5.1" * 100_000),
    "dashes": reports.bounce().replace(b"\n--", b"\n" + b"-" * LARGE + b"\n--"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_made_to_take_long_does_not(name: str) -> None:
    began = time.process_time()
    read(HOSTILE[name])
    assert time.process_time() - began < 1
