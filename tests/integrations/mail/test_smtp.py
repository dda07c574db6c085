"""Mail by SMTP keeps the contract, and its connections are reused, renewed and replaced."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest

from integrations.mail.smtp import SmtpMailer
from rituals.interfaces import Envelope, MailConnection
from tests.contracts.mailer import MailerContract, PostOffice, envelope, no, yes
from tests.integrations.mail.posting import BRISK, connect, failure, mailer_to, verdict
from tests.simulators.mail_script import Action, Stage, call, drop, hang, on, reply
from tests.simulators.mail_server import ONE_BY_ONE, PIPELINES, MailServer


class TestSmtpContract(MailerContract):
    @pytest.fixture(params=[PIPELINES, ONE_BY_ONE], ids=["pipelined", "one by one"])
    def office(self, request: pytest.FixtureRequest) -> Iterator[PostOffice]:
        with MailServer(offers=request.param) as server:
            yield PostOffice(
                mailer_to(server),
                lambda: [Envelope(copy.sender, copy.recipient, copy.content) for copy in server.messages],
            )


@pytest.mark.parametrize(
    ("content", "arrives"),
    [
        (b"Subject: a\n\nbare\nfeeds\n", b"Subject: a\r\n\r\nbare\r\nfeeds\r\n"),
        (b"Subject: a\r\rbare\rreturns\r", b"Subject: a\r\n\r\nbare\r\nreturns\r\n"),
        (b"a\n.\nMAIL FROM:<eve@example.org>\n", b"a\r\n.\r\nMAIL FROM:<eve@example.org>\r\n"),
        (b"a\r.\r\nRSET\r\n", b"a\r\n.\r\nRSET\r\n"),
        (b".", b".\r\n"),
        (b"..\r\n.\r\n..a", b"..\r\n.\r\n..a\r\n"),
        (b"no end", b"no end\r\n"),
        (b"a\r\n\r\n", b"a\r\n\r\n"),
        ("grün\r\n".encode(), "grün\r\n".encode()),
    ],
)
def test_no_line_of_a_message_can_end_it_early(content: bytes, arrives: bytes) -> None:
    with MailServer() as server:
        assert connect(server).send(Envelope("a@side.example", "anna@example.org", content), yes)
        assert [copy.content for copy in server.received] == [arrives]


def test_connecting_waits_for_the_first_message() -> None:
    with MailServer() as server:
        connection = connect(server)
        assert server.connections == 0
        connection.send(envelope(), yes)
        assert server.connections == 1


def test_the_hand_over_is_asked_once_right_before_the_body() -> None:
    heard: list[str] = []
    with MailServer([on(stage, call(lambda visit: heard.append(visit.stage))) for stage in Stage]) as server:
        connect(server).send(envelope(), lambda: not heard.append("asked"))
    assert heard == ["banner", "ehlo", "mail", "rcpt", "data", "asked", "body", "after_body"]


def test_a_no_after_354_hangs_up_before_the_body() -> None:
    with MailServer() as server:
        connection = connect(server)
        assert connection.send(envelope(1), no) is False
        assert connection.send(envelope(2), yes)
        assert [copy.message_id for copy in server.received] == ["<2@side.example>"]
        assert (server.reached(Stage.DATA), server.reached(Stage.BODY), server.connections) == (2, 1, 2)


def test_a_quiet_connection_is_asked_whether_it_lives() -> None:
    now = [0.0]
    with MailServer() as server:
        connection = mailer_to(server, elapsed=lambda: now[0]).connections()[0]
        connection.send(envelope(1), yes)
        now[0] = 19
        connection.send(envelope(2), yes)
        assert server.reached(Stage.NOOP) == 0
        now[0] = 40
        connection.send(envelope(3), yes)
        assert (server.reached(Stage.NOOP), server.connections) == (1, 1)


@pytest.mark.parametrize("death", [drop(), reply(421, "idle for too long", hang_up=True), hang()])
def test_a_connection_that_died_in_silence_is_replaced(death: Action) -> None:
    now = [0.0]
    with MailServer([on(Stage.NOOP, death)]) as server:
        connection = mailer_to(server, timeout=BRISK, elapsed=lambda: now[0]).connections()[0]
        connection.send(envelope(1), yes)
        now[0] = 40
        assert connection.send(envelope(2), yes)
        assert (len(server.messages), server.connections) == (2, 2)


@pytest.mark.parametrize("end", [drop(), reply(421, "enough on this connection", hang_up=True)])
def test_a_server_may_end_the_connection_between_two_messages(end: Action) -> None:
    with MailServer([on(Stage.MAIL, end, nth=2)]) as server:
        connection = connect(server)
        assert connection.send(envelope(1), yes)
        assert connection.send(envelope(2), yes)
        assert (len(server.messages), server.connections) == (2, 2)


def test_a_new_connection_that_ends_at_once_is_no_reason_to_try_another() -> None:
    with MailServer([on(Stage.MAIL, reply(421))]) as server:
        assert verdict(failure(connect(server))) == "unreachable"
        assert server.connections == 1


def test_closing_says_goodbye() -> None:
    with MailServer() as server:
        connection = connect(server)
        connection.send(envelope(), yes)
        connection.close()
        assert server.wait_for(Stage.QUIT)


def test_closing_waits_for_nobody() -> None:
    with MailServer([on(Stage.QUIT, hang())]) as server:
        connection = connect(server, timeout=BRISK)
        connection.send(envelope(), yes)
        connection.close()


def test_a_mailer_without_relays_is_refused() -> None:
    with pytest.raises(ValueError, match="At least one relay"):
        SmtpMailer([], timeout=timedelta(seconds=1))


def test_eight_connections_work_side_by_side() -> None:
    with MailServer() as server:

        def send_some(connection: MailConnection, start: int) -> None:
            for number in range(start, start + 25):
                connection.send(envelope(number), yes, then=envelope(number + 1))
            connection.close()

        connections = mailer_to(server, options="?connections=8").connections()
        threads = [Thread(target=send_some, args=(one, 25 * number)) for number, one in enumerate(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.wait_for_messages(200)
        assert set(server.copies().values()) == {1}
        assert (len(server.copies()), server.connections) == (200, 8)
