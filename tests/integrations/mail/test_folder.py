"""The built-in mailbox keeps the contract, and can be read whatever lies in its folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.mail.folder import FolderMailer, Mailbox
from rituals.interfaces import Envelope, MailError
from service.emails.mime import Letter, compose
from tests.contracts.mailer import MailerContract, PostOffice, envelope, no, yes
from tests.integrations.mail.posting import verdict

A_NAME = "20270301T090000.000000Z-0123abcd"


class TestFolderContract(MailerContract):
    @pytest.fixture
    def office(self, tmp_path: Path) -> PostOffice:
        folder = tmp_path / "var" / "mailbox"
        return PostOffice(FolderMailer(folder), lambda: kept_in(folder))


def kept_in(folder: Path) -> list[Envelope]:
    return [
        Envelope(letter.sender, letter.recipient, (folder / f"{letter.name}.eml").read_bytes())
        for letter in reversed(Mailbox(folder).letters())
    ]


def a_letter() -> bytes:
    return compose(
        Letter(
            sender="tea@side.example",
            sender_name="Side by Side – für zwei",
            recipient="anna@example.org",
            subject="Tee für zwei 🫖",
            date=datetime(2027, 3, 1, 9, tzinfo=UTC),
            message_id="<1@side.example>",
            text="Grüße\n.\nBye",
            html="<p>Grüße</p>",
            calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        )
    )


def test_a_letter_is_read_as_it_was_written(tmp_path: Path) -> None:
    FolderMailer(tmp_path).connections()[0].send(Envelope("bounce@side.example", "anna@example.org", a_letter()), yes)
    [letter] = Mailbox(tmp_path).letters()
    assert (letter.sender, letter.recipient) == ("bounce@side.example", "anna@example.org")
    assert letter.subject == "Tee für zwei 🫖"
    assert letter.date == datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert letter.text == "Grüße\n.\nBye\n"
    assert letter.html == "<p>Grüße</p>\n"
    assert letter.calendar == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    assert ("From", "Side by Side – für zwei <tea@side.example>") in letter.headers
    assert letter.arrived_at is not None
    assert Mailbox(tmp_path).letter(letter.name) == letter


def test_the_newest_letter_comes_first_and_the_list_has_an_end(tmp_path: Path) -> None:
    connection = FolderMailer(tmp_path).connections()[0]
    for number in range(5):
        connection.send(envelope(number), yes)
    ids = [dict(letter.headers)["Message-ID"] for letter in Mailbox(tmp_path).letters(limit=3)]
    assert ids == ["<4@side.example>", "<3@side.example>", "<2@side.example>"]


def test_a_refused_hand_over_leaves_no_trace(tmp_path: Path) -> None:
    FolderMailer(tmp_path).connections()[0].send(envelope(), no)
    assert list(tmp_path.iterdir()) == []


def test_a_mailbox_without_a_folder_is_empty(tmp_path: Path) -> None:
    assert Mailbox(tmp_path / "nowhere").letters() == []


def test_a_folder_that_takes_nothing_is_a_reason_to_try_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MailError) as caught:
        FolderMailer(tmp_path / "file").connections()[0].send(envelope(), yes)
    assert verdict(caught.value) == "transient"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../secret",
        "/etc/passwd",
        "secret",
        f"../{A_NAME}",
        f"{A_NAME}\n",
        f"{A_NAME}.eml",
        f"{A_NAME}\0",
    ],
)
def test_only_the_name_of_a_letter_opens_one(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.eml").write_bytes(b"Subject: secret\r\n\r\n")
    (tmp_path / "box").mkdir()
    (tmp_path / f"{A_NAME}.eml").write_bytes(b"Subject: secret\r\n\r\n")
    assert Mailbox(tmp_path / "box").letter(name) is None
    assert Mailbox(tmp_path).letter(name) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\xfe" * 100,
        b"no header at all",
        b"Subject: =?nonsense?b?!!?=\r\nDate: yesterday\r\nFrom: \xff\xfe\r\n\r\n\xff",
        b"Subject: =?utf-8?b?A?=\r\nDate: 99 Foo 20270 99:99:99 +9999999\r\n\r\n",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nh\xc3\xa4",
        b"Content-Type: text/plain; charset*=x'y'%FF\r\n\r\nh\xc3\xa4",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!A",
        b"Content-Type: multipart/alternative\r\n\r\n--\r\n",
        b"Content-Type: text/calendar; boundary=x\r\n\r\n--x",
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: text/plain\r\n\r\nhi",
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)),
    ],
)
def test_an_odd_file_does_not_hide_the_others(tmp_path: Path, content: bytes) -> None:
    FolderMailer(tmp_path).connections()[0].send(envelope(), yes)
    (tmp_path / f"{A_NAME}.eml").write_bytes(content)
    (tmp_path / "20270301T090000.000000Z-00000000.eml").mkdir()
    (tmp_path / "20270301T090000.000000Z-00000001.eml").symlink_to("nowhere")
    (tmp_path / "99999999T999999.999999Z-00000002.eml").write_bytes(b"")
    (tmp_path / "left over.eml").write_bytes(b"")
    letters = Mailbox(tmp_path).letters()
    assert {"tea@side.example", ""} <= {letter.sender for letter in letters}
    assert A_NAME in {letter.name for letter in letters}
    assert len(letters) == 3


@given(cut=st.integers(0, 1500), noise=st.binary(max_size=20))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_letter_can_still_be_listed(tmp_path: Path, cut: int, noise: bytes) -> None:
    whole = a_letter()
    (tmp_path / f"{A_NAME}.eml").write_bytes(whole[:cut] + noise + whole[cut + len(noise) :])
    [letter] = Mailbox(tmp_path).letters()
    assert letter.name == A_NAME
