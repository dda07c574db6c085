"""Where the relay takes several commands at once (RFC 2920): fewer round trips, and no other meaning."""

import pytest

from rituals.interfaces import MailConnection, MailError
from tests.contracts.mailer import envelope, no, yes
from tests.integrations.mail.posting import BRISK, HASTY, connect, failure, mailer_to, verdict
from tests.simulators.mail_script import Action, Stage, drop, hang, on, reply, say
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


def outcome(connection: MailConnection, number: int, *, then: int | None = None) -> str:
    """What becomes of this message, with the next one announced."""
    try:
        gone = connection.send(envelope(number), yes, then=None if then is None else envelope(then))
    except MailError as error:
        return verdict(error)
    return "gone" if gone else "kept back"


def ids(server: MailServer) -> list[str]:
    return [copy.message_id for copy in server.received]


def test_the_next_envelope_travels_with_the_final_dot() -> None:
    with MailServer() as server:
        connection = connect(server)
        assert [outcome(connection, 1, then=2), outcome(connection, 2)] == ["gone", "gone"]
        assert any(packet.endswith(b"\r\n.\r\n" + ANNOUNCED) for packet in server.heard)
        assert (server.reached(Stage.MAIL), server.connections) == (2, 1)


def test_a_relay_that_takes_one_command_at_a_time_hears_of_the_next_message_in_its_turn() -> None:
    with MailServer(offers=ONE_BY_ONE) as server:
        connection = connect(server)
        assert [outcome(connection, 1, then=2), outcome(connection, 2)] == ["gone", "gone"]
        assert any(packet.endswith(b"\r\n.\r\n") for packet in server.heard)


@pytest.mark.parametrize(("code", "meaning"), [(451, "transient"), (552, "permanent")])
def test_a_refused_body_says_nothing_about_the_message_announced_behind_it(code: int, meaning: str) -> None:
    with MailServer([on(Stage.AFTER_BODY, reply(code), first=1)]) as server:
        connection = connect(server)
        assert [outcome(connection, 1, then=2), outcome(connection, 2)] == [meaning, "gone"]
        assert (ids(server), server.connections) == (["<2@side.example>"], 1)


@pytest.mark.parametrize(
    ("fault", "meaning", "copies"),
    [
        (reply(421), "transient", 1),
        (drop(), "uncertain", 2),
        (hang(), "uncertain", 2),
        (say(b"354 go on\r\n"), "uncertain", 2),
        (say(b"250-half\r\n550 no\r\n"), "uncertain", 2),
    ],
)
def test_a_connection_lost_after_a_body_takes_the_next_envelope_with_it(
    fault: Action, meaning: str, copies: int
) -> None:
    with MailServer([on(Stage.AFTER_BODY, fault, first=1)]) as server:
        connection = connect(server, timeout=BRISK)
        assert [outcome(connection, 1, then=2), outcome(connection, 2)] == [meaning, "gone"]
        assert (len(ids(server)), ids(server)[-1], server.connections) == (copies, "<2@side.example>", 2)


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA])
@pytest.mark.parametrize("fault", [reply(421), drop(), hang(), say(b"\xff\0 what?\r\n")])
def test_a_connection_lost_at_the_next_envelope_leaves_the_message_before_it_sent(stage: Stage, fault: Action) -> None:
    with MailServer([on(stage, fault, nth=2)]) as server:
        connection = connect(server, timeout=HASTY)
        assert outcome(connection, 1, then=2) == "gone"
        # Lost at MAIL it goes on a new connection at once, as on every kept connection.
        assert outcome(connection, 2) == ("gone" if stage is Stage.MAIL else "transient")
        assert outcome(connection, 3) == "gone"
        assert server.copies().total() == (3 if stage is Stage.MAIL else 2)
        assert set(server.copies().values()) == {1}


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA])
@pytest.mark.parametrize("careless", [False, True])
def test_what_is_refused_of_the_next_envelope_belongs_to_the_next_message(stage: Stage, careless: bool) -> None:
    with MailServer([on(stage, reply(550), nth=2)], careless=careless) as server:
        connection = connect(server)
        refused = "permanent, recipient refused" if stage is Stage.RCPT else "permanent"
        outcomes = [outcome(connection, 1, then=2), outcome(connection, 2, then=3), outcome(connection, 3)]
        assert outcomes == ["gone", refused, "gone"]
        assert ids(server) == ["<1@side.example>", "<3@side.example>"]


def test_a_relay_that_has_lost_count_is_begun_anew_with() -> None:
    with MailServer([on(Stage.MAIL, reply(503, "5.5.1 out of order"), nth=2)]) as server:
        connection = connect(server)
        assert [outcome(connection, 1, then=2), outcome(connection, 2)] == ["gone", "gone"]
        assert server.connections == 2


def test_no_body_is_ever_sent_for_an_announced_message_that_does_not_come() -> None:
    with MailServer() as server:
        connection = connect(server)
        connection.send(envelope(1), yes, then=envelope(2, recipient="ben@example.org"))
        assert outcome(connection, 3) == "gone"
        assert (ids(server), server.reached(Stage.BODY)) == (["<1@side.example>", "<3@side.example>"], 2)


def test_nothing_is_said_at_parting_to_a_relay_that_waits_for_a_body() -> None:
    with MailServer() as server:
        connection = connect(server)
        assert outcome(connection, 1, then=2) == "gone"
        connection.close()
        assert outcome(connection, 2) == "gone"
        assert (server.reached(Stage.QUIT), server.reached(Stage.BODY), server.connections) == (0, 2, 2)


def test_an_announced_message_that_comes_late_gets_a_new_connection() -> None:
    now = [0.0]
    with MailServer() as server:
        connection = mailer_to(server, elapsed=lambda: now[0]).connections()[0]
        assert outcome(connection, 1, then=2) == "gone"
        now[0] = 40
        assert outcome(connection, 2) == "gone"
        assert (server.reached(Stage.NOOP), server.reached(Stage.BODY), server.connections) == (0, 2, 2)


def test_nothing_is_announced_behind_a_message_that_stays() -> None:
    with MailServer() as server:
        assert connect(server).send(envelope(1), no, then=envelope(2)) is False
        assert server.reached(Stage.MAIL) == 1


def test_nothing_is_announced_behind_a_body_that_breaks_off() -> None:
    with MailServer([on(Stage.DATA, say(b"354 go on\r\n451 not so fast\r\n"), first=1)]) as server:
        assert outcome(connect(server), 1, then=2) == "transient"
        assert (server.reached(Stage.MAIL), ids(server)) == (1, [])
