"""The simulated mail server is a good server to the standard library's client, until a script says otherwise."""

import smtplib
import ssl
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.simulators.certificate import write_certificate
from tests.simulators.mail_script import Action, Stage, Visit, call, drip, drop, hang, hold, on, reply, say
from tests.simulators.mail_server import MailServer

LETTER = "Message-ID: <1@side.example>\r\n\r\n.dots\r\n..\r\n.\r\nend\r\n"


def send(server: MailServer, recipient: str = "anna@example.org") -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.sendmail("tea@side.example", [recipient], LETTER)


def send_in_vain(server: MailServer) -> None:
    with pytest.raises(smtplib.SMTPException):
        send(server)


def test_a_message_is_kept_as_it_was_sent() -> None:
    with MailServer() as server:
        send(server)
        [copy] = server.messages
    assert (copy.sender, copy.recipient, copy.content) == ("tea@side.example", "anna@example.org", LETTER.encode())
    assert (copy.message_id, copy.connection, copy.answered) == ("<1@side.example>", 1, True)
    assert server.accepted_count("<1@side.example>") == 1


def test_starttls_and_sign_in(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    trust = ssl.create_default_context(cafile=str(certificate))
    with (
        MailServer(certificate=certificate, users={"side": "s3cret"}) as server,
        smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client,
    ):
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("tea@side.example", ["anna@example.org"], LETTER)
        client.starttls(context=trust)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("side", "wrong")
        client.login("side", "s3cret")
        client.sendmail("tea@side.example", ["anna@example.org"], LETTER)
        assert len(server.messages) == 1


def test_tls_from_the_start(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    trust = ssl.create_default_context(cafile=str(certificate))
    with (
        MailServer(certificate=certificate, smtps=True) as server,
        smtplib.SMTP_SSL("127.0.0.1", server.port, timeout=5, context=trust) as client,
    ):
        client.sendmail("tea@side.example", ["anna@example.org"], LETTER)
        assert len(server.messages) == 1


def test_a_fault_may_strike_once_the_third_time_or_for_one_recipient() -> None:
    script = [
        on(Stage.RCPT, reply(450), first=1),
        on(Stage.RCPT, reply(451), nth=3),
        on(Stage.RCPT, reply(550), recipient=lambda address: address == "gone@example.org"),
    ]
    recipients = ["anna@example.org", "anna@example.org", "ben@example.org", "gone@example.org", "ben@example.org"]
    codes = []
    with MailServer(script) as server, smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.ehlo()
        for recipient in recipients:
            client.mail("tea@side.example")
            codes.append(client.rcpt(recipient)[0])
            client.rset()
    assert codes == [450, 250, 451, 550, 250]


def test_what_a_real_server_would_have_kept_counts_though_it_was_never_answered() -> None:
    script = [on(Stage.AFTER_BODY, drop(), nth=1), on(Stage.AFTER_BODY, reply(554), nth=2)]
    with MailServer(script) as server:
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(server)
        with pytest.raises(smtplib.SMTPDataError):
            send(server)
        send(server)
        assert [copy.answered for copy in server.received] == [False, True]
        assert (len(server.messages), server.copies()["<1@side.example>"]) == (1, 2)


def test_a_hook_runs_while_the_client_waits() -> None:
    seen: list[Visit] = []
    release = Event()
    script = [on(Stage.DATA, call(seen.append)), on(Stage.DATA, hold(release))]
    with MailServer(script) as server:
        sending = Thread(target=send, args=(server,))
        sending.start()
        assert server.wait_for(Stage.DATA)
        assert not server.wait_for_messages(1, timeout=0.05)
        release.set()
        assert server.wait_for_messages(1)
        sending.join()
    assert [(visit.stage, visit.sender, visit.recipient) for visit in seen] == [
        (Stage.DATA, "tea@side.example", "anna@example.org")
    ]


def test_a_server_comes_back_at_the_same_place() -> None:
    server = MailServer()
    server.start()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        send(server)
    with server:
        send(server)
    assert len(server.messages) == 1


def test_a_script_can_be_replaced_while_the_server_runs() -> None:
    with MailServer([on(Stage.BANNER, reply(421))]) as server:
        with pytest.raises(smtplib.SMTPConnectError):
            send(server)
        server.rewrite()
        send(server)
        assert len(server.messages) == 1


@pytest.mark.parametrize("action", [hang(), drip(seconds=5), hold(Event()), say(b"250-")])
def test_stopping_ends_every_conversation(action: Action) -> None:
    with MailServer([on(Stage.MAIL, action)]) as server:
        client = Thread(target=send_in_vain, args=(server,))
        client.start()
        assert server.wait_for(Stage.MAIL)
    client.join(5)
    assert not client.is_alive()
