"""The built-in mailbox, as a mail program would show it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from integrations.mail.folder import FolderMailer, Mailbox
from rituals.interfaces import Envelope
from service.services import Services
from service.settings import Environment, Settings
from service.web import create_app

MAIL = "\r\n".join(
    [
        "From: Side by Side <rituals@example.org>",
        "To: anna@example.org",
        "Subject: {subject}",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="x"',
        "",
        "--x",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Good evening in text.",
        "--x",
        "Content-Type: text/html; charset=utf-8",
        "",
        '<p style="color:red">Good evening in HTML.</p><script>alert(1)</script><a href="http://localhost/x">x</a>',
        "--x",
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8",
        "",
        "BEGIN:VCALENDAR",
        "END:VCALENDAR",
        "--x--",
        "",
    ]
)


@dataclass(frozen=True, slots=True)
class Box:
    """A browser on the same machine, and the mailbox it reads."""

    client: FlaskClient
    mailbox: Mailbox
    put: Callable[[str], bool]

    @property
    def newest(self) -> str:
        return self.mailbox.letters()[0].name


@pytest.fixture
def box(services: Services, tmp_path: Path) -> Box:
    folder = tmp_path / "mailbox"
    mailbox = Mailbox(folder)
    client = create_app(replace(services, mailbox=mailbox)).test_client()
    connection = FolderMailer(folder).connections()[0]

    def put(subject: str) -> bool:
        content = MAIL.format(subject=subject).encode()
        return connection.send(Envelope("rituals@example.org", "anna@example.org", content), lambda: True)

    return Box(client, mailbox, put)


def test_an_empty_one_says_so(box: Box) -> None:
    assert "No mail yet." in box.client.get("/mailbox").text


def test_the_newest_mail_lies_open(box: Box) -> None:
    box.put("The first")
    box.put("The second")
    page = box.client.get("/mailbox").text
    assert "<h2>The second</h2>" in page
    assert "The first" in page
    assert f'src="/mailbox/{box.newest}/body"' in page
    assert 'sandbox="allow-popups' in page


def test_a_mail_is_shown_in_a_sandbox_of_its_own(box: Box) -> None:
    box.put("Good evening")
    answer = box.client.get(f"/mailbox/{box.newest}/body")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert '<base target="_blank">' in answer.text
    assert "Good evening in HTML." in answer.text


def test_its_text_and_its_calendar_can_be_read_too(box: Box) -> None:
    box.put("Good evening")
    assert "Good evening in text." in box.client.get(f"/mailbox/{box.newest}?as=text").text
    assert "BEGIN:VCALENDAR" in box.client.get(f"/mailbox/{box.newest}?as=calendar").text
    download = box.client.get(f"/mailbox/{box.newest}/calendar")
    assert download.mimetype == "text/calendar"
    assert download.data.startswith(b"BEGIN:VCALENDAR")
    assert "attachment" in download.headers["Content-Disposition"]


def test_a_subject_is_text(box: Box) -> None:
    box.put("<script>alert(1)</script>")
    page = box.client.get("/mailbox").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e%2fsecret_keys", "20270301T090000.000000Z-00000000", "a\0"])
def test_what_is_no_letter_is_not_found(box: Box, name: str) -> None:
    for path in ("", "/body", "/calendar"):
        assert box.client.get(f"/mailbox/{name}{path}").status_code in (404, 308)


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "2001:db8::1", "nonsense", ""])
def test_nobody_reads_it_from_elsewhere(box: Box, address: str) -> None:
    box.put("Good evening")
    for path in ("/mailbox", f"/mailbox/{box.newest}", f"/mailbox/{box.newest}/body"):
        assert box.client.get(path, environ_base={"REMOTE_ADDR": address}).status_code == 404


def test_a_site_that_names_itself_after_this_machine_reads_nothing(box: Box) -> None:
    assert box.client.get("/mailbox", headers={"Host": "rebound.example:8000"}).status_code == 404


def test_a_site_with_a_name_in_the_world_shows_it_to_nobody(services: Services, tmp_path: Path) -> None:
    """As where ENVIRONMENT was forgotten: every request then comes from the proxy beside it."""
    settings = replace(services.settings, base_url="https://rituals.example.org")
    client = create_app(replace(services, settings=settings, mailbox=Mailbox(tmp_path))).test_client()
    for host in ("rituals.example.org", "localhost:8000"):
        assert client.get("/mailbox", headers={"Host": host}).status_code == 404


@pytest.mark.parametrize("where", ["production", "with a mail server"])
def test_it_is_there_only_in_development_and_without_a_mail_server(
    services: Services, settings: Settings, tmp_path: Path, where: str
) -> None:
    if where == "production":
        settings = replace(settings, environment=Environment.PRODUCTION)
    else:
        settings = replace(settings, smtp_urls=("smtp://localhost",))
    app: Flask = create_app(replace(services, settings=settings, mailbox=Mailbox(tmp_path)))
    assert app.test_client().get("/mailbox").status_code == 404


def test_a_moment_is_read_on_this_machines_clock(box: Box) -> None:
    box.put("Good evening")
    arrived_at = box.mailbox.letters()[0].arrived_at or datetime.now(UTC)
    assert f"{arrived_at.astimezone():%H:%M}" in box.client.get("/mailbox").text


def test_the_way_to_it_is_shown_where_a_sign_in_mail_is_waited_for(box: Box, client: FlaskClient) -> None:
    assert 'href="/mailbox"' in box.client.get("/sign-in/sent").text
    assert "/mailbox" not in client.get("/sign-in/sent").text
