"""What protects the connection to a relay: TLS, certificates, AUTH, and silence about the password."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.mail.relay import Relay, Scheme
from integrations.mail.smtp import SmtpMailer
from rituals.interfaces import MailConnection
from tests.contracts.mailer import envelope, yes
from tests.integrations.mail.posting import HASTY, PATIENT, connect, failure, verdict
from tests.simulators.certificate import write_certificate
from tests.simulators.mail_script import Action, Stage, drop, hang, on, reply, say
from tests.simulators.mail_server import MailServer

PASSWORD = "s3cret/wörd"
USERS = {"side": PASSWORD}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture(params=["smtps", "smtp+starttls"])
def secure_server(request: pytest.FixtureRequest, certificate: Path) -> Iterator[MailServer]:
    with MailServer(certificate=certificate, smtps=request.param == "smtps") as server:
        yield server


def connect_to(server: MailServer, *, timeout: float = PATIENT, **changes: object) -> MailConnection:
    relay = replace(Relay.parse(server.url), **changes)
    return SmtpMailer([relay], timeout=timedelta(seconds=timeout)).connections()[0]


def test_mail_goes_through_tls(secure_server: MailServer) -> None:
    connection = connect(secure_server)
    assert connection.send(envelope(1), yes)
    assert connection.send(envelope(2), yes)
    connection.close()
    assert len(secure_server.messages) == 2
    assert secure_server.connections == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_server: MailServer) -> None:
    error = failure(connect_to(secure_server, verified=True))
    assert verdict(error) == "unreachable"
    assert "certificate is not trusted" in str(error)
    assert secure_server.received == []


def test_a_certificate_that_the_operator_trusts_is_taken(
    secure_server: MailServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert connect_to(secure_server, verified=True).send(envelope(), yes)


def test_a_trusted_certificate_of_another_host_is_refused(
    secure_server: MailServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    error = failure(connect_to(secure_server, verified=True, host="127.1"))
    assert "certificate is not trusted" in str(error)


def test_nothing_is_sent_in_clear_where_starttls_is_missing() -> None:
    with MailServer(users=USERS) as server:
        error = failure(connect_to(server, scheme=Scheme.STARTTLS))
        assert verdict(error) == "unreachable"
        assert "STARTTLS: not offered" in str(error)
        assert (server.reached(Stage.AUTH), server.reached(Stage.MAIL)) == (0, 0)


@pytest.mark.parametrize(
    "fault",
    [reply(454, "4.7.0 not now"), reply(501), drop(), hang(), say(b"220 go ahead\r\n250 injected before TLS\r\n")],
)
def test_a_failed_starttls_is_no_reason_to_go_on_in_clear(fault: Action, certificate: Path) -> None:
    with MailServer([on(Stage.STARTTLS, fault)], certificate=certificate) as server:
        assert verdict(failure(connect(server, timeout=HASTY))) == "unreachable"
        assert server.reached(Stage.MAIL) == 0


@pytest.mark.parametrize("mechanisms", [["PLAIN"], ["LOGIN"], ["CRAM-MD5", "LOGIN", "PLAIN"]])
def test_signing_in(mechanisms: list[str], certificate: Path) -> None:
    with MailServer(users=USERS, mechanisms=mechanisms, certificate=certificate) as server:
        assert connect(server).send(envelope(), yes)


def test_a_relay_that_knows_no_mechanism_of_ours_is_the_operators_business() -> None:
    with MailServer(users=USERS, mechanisms=["CRAM-MD5"]) as server:
        error = failure(connect(server))
        assert verdict(error) == "unreachable"
        assert "AUTH: neither PLAIN nor LOGIN" in str(error)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_refused_sign_in_is_the_operators_business(mechanism: str) -> None:
    with MailServer(users=USERS, mechanisms=[mechanism]) as server:
        error = failure(connect_to(server, password="wrong"))
        assert verdict(error) == "unreachable"
        assert "AUTH: 535 5.7.8; the relay or its settings are at fault, not the message" in str(error)


@pytest.mark.parametrize("fault", [reply(535, PASSWORD), reply(421, PASSWORD), drop(), hang(), say(b"\xff\r\n")])
def test_no_error_and_no_log_tells_password_or_address(fault: Action, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with MailServer([on(Stage.AUTH, fault)], users=USERS) as server:
        mailer = SmtpMailer([Relay.parse(server.url)], timeout=timedelta(seconds=HASTY))
        error = failure(mailer.connections()[0])
    told = f"{error} {error!r} {error.__cause__!r} {caplog.text} {Relay.parse(server.url)!r}"
    for secret in (PASSWORD, "c2lkZQ", "AHNpZGUA", "anna@", "tea@"):
        assert secret not in told
