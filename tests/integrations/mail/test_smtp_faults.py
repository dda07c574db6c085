"""What each fault of a mail server means for the message that was on its way."""

from threading import Event, Thread
from time import monotonic

import pytest

from rituals.interfaces import Envelope, MailError
from tests.contracts.mailer import envelope, yes
from tests.integrations.mail.posting import BRISK, HASTY, connect, failure, mailer_to, verdict
from tests.simulators.mail_script import Action, Stage, drip, drop, hang, hold, on, reply, say, say_endlessly
from tests.simulators.mail_server import ONE_BY_ONE, PIPELINES, MailServer

LONG_BODY = b"Message-ID: <1@side.example>\r\n\r\n" + b"a long line of a long letter\r\n" * 500_000
ENDLESS_LINE = say_endlessly(b"250-x" * 1000)
ENDLESS_LINES = say_endlessly(b"250-x\r\n" * 1000)
BOTH_WAYS = pytest.mark.parametrize("offers", [PIPELINES, ONE_BY_ONE], ids=["pipelined", "one by one"])
BEFORE_THE_BODY = [Stage.BANNER, Stage.EHLO, Stage.MAIL, Stage.RCPT, Stage.DATA]


@pytest.mark.parametrize(
    ("stage", "code", "meaning"),
    [
        (Stage.BANNER, 421, "unreachable"),
        (Stage.BANNER, 554, "unreachable"),
        (Stage.EHLO, 421, "unreachable"),
        (Stage.EHLO, 550, "unreachable"),
        (Stage.MAIL, 421, "unreachable"),
        (Stage.MAIL, 451, "transient"),
        (Stage.MAIL, 452, "transient"),
        (Stage.MAIL, 550, "permanent"),
        (Stage.RCPT, 421, "transient"),
        (Stage.RCPT, 450, "transient"),
        (Stage.RCPT, 451, "transient"),
        (Stage.RCPT, 452, "transient"),
        (Stage.RCPT, 550, "permanent, recipient refused"),
        (Stage.RCPT, 552, "permanent, recipient refused"),
        (Stage.RCPT, 530, "unreachable"),
        (Stage.DATA, 421, "transient"),
        (Stage.DATA, 451, "transient"),
        (Stage.DATA, 554, "permanent"),
        (Stage.DATA, 250, "transient"),
        (Stage.AFTER_BODY, 421, "transient"),
        (Stage.AFTER_BODY, 451, "transient"),
        (Stage.AFTER_BODY, 452, "transient"),
        (Stage.AFTER_BODY, 552, "permanent"),
        (Stage.AFTER_BODY, 554, "permanent"),
        (Stage.AFTER_BODY, 354, "uncertain"),
    ],
)
@BOTH_WAYS
def test_an_answer_means(stage: Stage, code: int, meaning: str, offers: tuple[str, ...]) -> None:
    with MailServer([on(stage, reply(code, "5.1.1 anna@example.org is not welcome"))], offers=offers) as server:
        error = failure(connect(server))
    assert verdict(error) == meaning
    assert str(code) in str(error)
    assert "anna" not in str(error)


def test_an_error_tells_the_stage_and_the_enhanced_code() -> None:
    with MailServer([on(Stage.RCPT, reply(550, "5.1.1 <anna@example.org>: no such user"))]) as server:
        assert str(failure(connect(server))) == "RCPT: 550 5.1.1"


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.AFTER_BODY])
@pytest.mark.parametrize("code", [450, 550])
@BOTH_WAYS
def test_the_connection_survives_a_refused_message(stage: Stage, code: int, offers: tuple[str, ...]) -> None:
    with MailServer([on(stage, reply(code), first=1)], offers=offers) as server:
        connection = connect(server)
        failure(connection, number=1)
        assert connection.send(envelope(2), yes)
        assert (server.connections, [copy.message_id for copy in server.received]) == (1, ["<2@side.example>"])


def test_421_ends_the_connection() -> None:
    with MailServer([on(Stage.RCPT, reply(421), first=1)]) as server:
        connection = connect(server)
        failure(connection)
        assert connection.send(envelope(), yes)
        assert server.connections == 2


def test_greylisting_is_over_the_second_time() -> None:
    with MailServer([on(Stage.RCPT, reply(450, "4.2.0 come again"), first=1)]) as server:
        connection = connect(server)
        assert verdict(failure(connection)) == "transient"
        assert connection.send(envelope(), yes)
        assert server.accepted_count("<1@side.example>") == 1


def test_a_bounce_of_one_leaves_the_other_untouched() -> None:
    with MailServer([on(Stage.RCPT, reply(550), recipient=lambda address: address.startswith("anna"))]) as server:
        connection = connect(server)
        assert failure(connection).recipient_refused
        assert connection.send(envelope(2, recipient="ben@example.org"), yes)
        assert [copy.recipient for copy in server.messages] == ["ben@example.org"]


@pytest.mark.parametrize(("code", "text"), [(550, "5.7.1 your server is on a list"), (554, "no"), (550, "5.1.8 you?")])
def test_a_refusal_of_us_is_no_word_about_the_address(code: int, text: str) -> None:
    with MailServer([on(Stage.RCPT, reply(code, text))]) as server:
        assert verdict(failure(connect(server))) == "permanent"


@pytest.mark.parametrize("stage", BEFORE_THE_BODY)
@pytest.mark.parametrize("fault", [drop(), hang(), say(b"\xff\0 what?\r\n"), say(b"250"), ENDLESS_LINE, ENDLESS_LINES])
@BOTH_WAYS
def test_a_connection_lost_before_the_body_is_a_definite_no(
    stage: Stage, fault: Action, offers: tuple[str, ...]
) -> None:
    with MailServer([on(stage, fault)], offers=offers) as server:
        said_nothing_of_the_message = stage not in (Stage.RCPT, Stage.DATA)
        meaning = "unreachable" if said_nothing_of_the_message else "transient"
        assert verdict(failure(connect(server, timeout=HASTY))) == meaning
        assert server.received == []


@pytest.mark.parametrize(
    "fault",
    [
        drop(),
        hang(),
        say(b"\xff\0 what?\r\n"),
        say(b"250"),
        say(b"250-half\r\n"),
        say(b"250-half\r\n550 no\r\n"),
        say(b"999 ok\r\n"),
        ENDLESS_LINE,
        ENDLESS_LINES,
    ],
)
def test_a_connection_lost_after_the_body_is_an_open_question(fault: Action) -> None:
    with MailServer([on(Stage.AFTER_BODY, fault, first=1)]) as server:
        connection = connect(server, timeout=BRISK)
        assert verdict(failure(connection)) == "uncertain"
        assert connection.send(envelope(), yes)
        assert (len(server.messages), server.copies()["<1@side.example>"]) == (1, 2)


@pytest.mark.parametrize("stage", [Stage.RCPT, Stage.DATA, Stage.AFTER_BODY])
@BOTH_WAYS
def test_a_kept_connection_lost_within_a_message_is_not_tried_again_in_secret(
    stage: Stage, offers: tuple[str, ...]
) -> None:
    with MailServer([on(stage, drop(), nth=2)], offers=offers) as server:
        connection = connect(server)
        assert connection.send(envelope(1), yes)
        assert failure(connection, number=2).uncertain is (stage is Stage.AFTER_BODY)
        assert (server.connections, server.reached(Stage.MAIL)) == (1, 2)


def test_a_connection_dropped_inside_the_body_is_a_definite_no() -> None:
    with MailServer([on(Stage.BODY, drop(), after=100_000)]) as server:
        with pytest.raises(MailError, match="body: ") as caught:
            connect(server).send(Envelope("tea@side.example", "anna@example.org", LONG_BODY), yes)
        assert verdict(caught.value) == "transient"
        assert server.received == []


def test_a_server_that_goes_right_after_354_gets_no_final_dot() -> None:
    with MailServer([on(Stage.DATA, reply(354, hang_up=True))]) as server:
        assert verdict(failure(connect(server))) == "transient"


@pytest.mark.parametrize(("code", "meaning"), [(421, "transient"), (451, "transient"), (552, "permanent")])
def test_an_answer_that_comes_before_the_final_dot_is_a_definite_no(code: int, meaning: str) -> None:
    early = f"354 go on\r\n{code} not so fast\r\n".encode()
    with MailServer([on(Stage.DATA, say(early))]) as server:
        assert verdict(failure(connect(server))) == meaning
        assert server.received == []


def test_a_250_said_too_early_is_not_taken_for_acceptance() -> None:
    with MailServer([on(Stage.DATA, say(b"354 go on\r\n250 2.0.0 kept\r\n"))]) as server:
        assert verdict(failure(connect(server))) == "transient"
        assert server.received == []


@pytest.mark.parametrize("stage", [*BEFORE_THE_BODY, Stage.AFTER_BODY])
def test_an_answer_that_drips_cannot_hold_us(stage: Stage) -> None:
    right = {Stage.BANNER: 220, Stage.DATA: 354}.get(stage, 250)
    with MailServer([on(stage, drip(right, seconds=0.02))]) as server:
        started = monotonic()
        error = failure(connect(server, timeout=BRISK))
        assert monotonic() - started < 5 * BRISK
    assert error.uncertain is (stage is Stage.AFTER_BODY)


def test_steps_that_are_just_quick_enough_end_at_the_deadline_of_the_whole_message() -> None:
    stages = [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.AFTER_BODY]
    slow = [on(stage, drip(354 if stage is Stage.DATA else 250, "ok", seconds=0.03)) for stage in stages]
    with MailServer(slow) as server:
        mailer = mailer_to(server, timeout=0.3)
        started = monotonic()
        failure(mailer.connections()[0])
        assert monotonic() - started < mailer.longest.total_seconds() + 0.2


def test_a_process_that_wakes_up_past_the_deadline_hands_nothing_over() -> None:
    never = Event()
    with MailServer() as server:
        mailer = mailer_to(server, timeout=0.1)
        connection = mailer.connections()[0]
        with pytest.raises(MailError, match="no answer in time") as caught:
            connection.send(envelope(), lambda: not never.wait(mailer.longest.total_seconds()))
        assert verdict(caught.value) == "transient"
        assert server.received == []


def test_a_slow_answer_in_time_is_waited_for() -> None:
    release = Event()
    with MailServer([on(Stage.AFTER_BODY, hold(release))]) as server:
        connection = connect(server)
        answers: list[bool] = []
        sending = Thread(target=lambda: answers.append(connection.send(envelope(), yes)))
        sending.start()
        assert server.wait_for(Stage.AFTER_BODY)
        assert answers == []
        release.set()
        sending.join()
        assert answers == [True]
