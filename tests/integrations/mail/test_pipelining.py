"""Where the relay takes several commands at once (RFC 2920): fewer round trips, and no other meaning."""

import pytest

from tests.contracts.mailer import envelope, yes
from tests.integrations.mail.posting import connect, failure, verdict
from tests.simulators.mail_script import Action, Stage, drop, on, reply
from tests.simulators.mail_server import ONE_BY_ONE, MailServer

ANNOUNCED = b"MAIL FROM:<tea@side.example>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"


def test_the_envelope_travels_in_one_packet() -> None:
    with MailServer() as server:
        assert connect(server).send(envelope(), yes)
        assert ANNOUNCED in server.heard


def test_a_relay_that_does_not_offer_it_hears_one_command_at_a_time() -> None:
    with MailServer(offers=ONE_BY_ONE) as server:
        assert connect(server).send(envelope(), yes)
        assert set(ANNOUNCED.splitlines(keepends=True)) <= set(server.heard)


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT])
@pytest.mark.parametrize("code", [450, 550])
def test_a_careless_relay_that_would_take_a_body_for_nobody_gets_none(stage: Stage, code: int) -> None:
    with MailServer([on(stage, reply(code), first=1)], careless=True) as server:
        connection = connect(server)
        refused = failure(connection, number=1)
        assert (refused.permanent, str(refused)) == (code == 550, f"{stage.upper()}: {code}")
        assert connection.send(envelope(2), yes)
        assert [copy.message_id for copy in server.received] == ["<2@side.example>"]
        assert (server.reached(Stage.BODY), server.connections) == (1, 2)


@pytest.mark.parametrize("fault", [drop(), reply(421), reply(451)])
@pytest.mark.parametrize("stage", [Stage.RCPT, Stage.DATA])
def test_the_first_refusal_counts_whatever_becomes_of_the_other_answers(stage: Stage, fault: Action) -> None:
    with MailServer([on(Stage.MAIL, reply(550)), on(stage, fault)], careless=True) as server:
        assert verdict(failure(connect(server))) == "permanent"


def test_a_refusal_that_comes_with_the_end_of_the_connection_still_counts() -> None:
    with MailServer([on(Stage.RCPT, reply(550, hang_up=True), first=1)]) as server:
        connection = connect(server)
        assert verdict(failure(connection)) == "permanent, recipient refused"
        assert connection.send(envelope(2), yes)
        assert server.connections == 2
