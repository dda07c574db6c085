"""Several connections to several relays: who rests, who goes on, and how much each relay is given."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from rituals.interfaces import MailConnection
from tests.contracts.mailer import envelope, no, yes
from tests.integrations.mail.posting import BRISK, failure, mailer_to, verdict
from tests.simulators.mail_script import Action, Stage, drop, hang, on, reply
from tests.simulators.mail_server import MailServer

TOO_MANY = reply(421, "4.7.0 too many connections from you", hang_up=True)


@dataclass(slots=True)
class Seconds:
    """A stopwatch that stands still until a test moves it."""

    passed: float = field(default=0.0)

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def connections(*servers: MailServer, seconds: Seconds, options: str = "") -> Sequence[MailConnection]:
    return mailer_to(*servers, timeout=BRISK, elapsed=seconds, options=options).connections()


def test_each_relay_has_connections_of_its_own(seconds: Seconds) -> None:
    with MailServer() as one, MailServer() as other:
        ways = connections(one, other, seconds=seconds, options="?connections=2")
        names = [f"127.0.0.1:{server.port}" for server in (one, one, other, other)]
        assert [way.relay for way in ways] == names
        assert all(way.send(envelope(number), yes) for number, way in enumerate(ways))
        assert (len(one.messages), len(other.messages)) == (2, 2)


@pytest.mark.parametrize("fault", [reply(554), reply(421, hang_up=True), drop(), hang()])
@pytest.mark.parametrize("stage", [Stage.BANNER, Stage.EHLO, Stage.MAIL])
def test_a_relay_that_cannot_be_talked_to_rests_and_the_others_go_on(
    stage: Stage, fault: Action, seconds: Seconds
) -> None:
    with MailServer([on(stage, fault)]) as broken, MailServer() as good:
        first, second, third, _ = connections(broken, good, seconds=seconds, options="?connections=2")
        error = failure(first)
        assert error.unreachable is (stage is not Stage.MAIL or "554" not in str(error))
        assert (second.rests() > 0, third.rests()) == (error.unreachable, 0)
        assert third.send(envelope(), yes)


def test_a_relay_that_is_away_is_named(seconds: Seconds) -> None:
    with MailServer() as server:
        pass
    error = failure(connections(server, seconds=seconds)[0])
    assert verdict(error) == "unreachable"
    assert str(error) == f"127.0.0.1:{server.port} connect: Connection refused"


def test_opening_fails_as_sending_does(seconds: Seconds) -> None:
    with MailServer([on(Stage.BANNER, reply(554), first=1)]) as server:
        connection = connections(server, seconds=seconds)[0]
        with pytest.raises(Exception, match="banner: 554"):
            connection.open()
        assert connection.rests() > 0
        connection.open()
        assert (server.connections, server.reached(Stage.MAIL)) == (2, 0)


def test_a_relay_that_stays_away_rests_twice_as_long_each_time_and_half_a_minute_at_most(seconds: Seconds) -> None:
    with MailServer() as server:
        pass
    connection = connections(server, seconds=seconds)[0]
    rests = []
    for _ in range(10):
        failure(connection)
        rests.append(connection.rests())
        seconds.passed += rests[-1]
    assert rests == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_connections_that_fail_together_are_one_failure(seconds: Seconds) -> None:
    with MailServer([on(Stage.RCPT, drop())]) as server:
        first, second = connections(server, seconds=seconds, options="?connections=2")
        first.open()
        second.open()
        failure(first)
        assert (first.rests(), second.rests()) == (0, 0)
        failure(second)
        assert (first.rests(), second.rests()) == (0.25, 0.25)
        failure(first)
        assert (first.rests(), second.rests()) == (0.25, 0.25)


def test_one_connection_tries_a_relay_that_failed_and_the_others_follow_when_a_message_was_answered(
    seconds: Seconds,
) -> None:
    with MailServer([on(Stage.BANNER, drop(), first=1)]) as server:
        first, second = connections(server, seconds=seconds, options="?connections=2")
        failure(first)
        seconds.passed = 1
        assert (first.rests(), second.rests()) == (0, 0)
        first.open()
        assert first.rests() == 0 < second.rests()
        first.send(envelope(), yes)
        assert second.rests() == 0


def test_a_relay_that_hangs_on_messages_is_given_one_at_a_time(seconds: Seconds) -> None:
    with MailServer([on(Stage.AFTER_BODY, hang())]) as server:
        first, second = connections(server, seconds=seconds, options="?connections=2")
        assert verdict(failure(first)) == "uncertain"
        assert second.rests() == 0.25
        seconds.passed = 1
        first.open()
        assert second.rests() > 0
        assert verdict(failure(first)) == "uncertain"
        assert second.rests() == 0.5


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.AFTER_BODY])
@pytest.mark.parametrize("code", [451, 550])
def test_a_refused_message_is_no_reason_to_rest(stage: Stage, code: int, seconds: Seconds) -> None:
    with MailServer([on(stage, reply(code))]) as server:
        first, second = connections(server, seconds=seconds, options="?connections=2")
        failure(first)
        assert (first.rests(), second.rests()) == (0, 0)


def test_a_relay_that_wants_to_know_us_first_says_nothing_about_the_message(seconds: Seconds) -> None:
    with MailServer([on(Stage.MAIL, reply(530, "5.7.0 sign in first"))]) as server:
        connection = connections(server, seconds=seconds)[0]
        assert verdict(failure(connection)) == "unreachable"
        assert connection.rests() > 0


def test_a_relay_that_takes_no_more_connections_keeps_those_it_has(seconds: Seconds) -> None:
    with MailServer([on(Stage.BANNER, TOO_MANY, nth=3)]) as server:
        first, second, third, fourth = connections(server, seconds=seconds)
        first.open()
        second.open()
        assert verdict(failure(third)) == "unreachable"
        assert (first.rests(), second.rests()) == (0, 0)
        assert third.rests() > 0 < fourth.rests()
        assert first.send(envelope(1), yes)
        assert second.send(envelope(2), yes)


def test_one_connection_more_is_tried_after_half_a_minute(seconds: Seconds) -> None:
    with MailServer([on(Stage.BANNER, TOO_MANY, nth=3)]) as server:
        first, second, third, fourth = connections(server, seconds=seconds)
        first.open()
        second.open()
        failure(third)
        seconds.passed = 29
        assert third.rests() > 0
        seconds.passed = 30
        assert third.rests() == 0
        third.open()
        assert fourth.rests() > 0
        seconds.passed = 60
        assert fourth.rests() == 0


def test_a_closed_connection_leaves_its_place_to_another(seconds: Seconds) -> None:
    with MailServer([on(Stage.BANNER, TOO_MANY, nth=2)]) as server:
        first, second, *_ = connections(server, seconds=seconds)
        first.open()
        failure(second)
        assert second.rests() > 0
        first.close()
        assert second.rests() == 0


def test_a_rate_is_kept_over_all_connections(seconds: Seconds) -> None:
    with MailServer() as server:
        ways = connections(server, seconds=seconds, options="?rate=2&connections=4")
        sent_at = []
        for _ in range(100):
            for way in ways:
                if way.rests() == 0 and way.send(envelope(len(sent_at)), yes):
                    sent_at.append(seconds.passed)
            seconds.passed += 0.125
        assert sent_at == [0.5 * number for number in range(25)]


def test_who_sends_beyond_the_share_is_told_to_wait(seconds: Seconds) -> None:
    with MailServer() as server:
        first, second = connections(server, seconds=seconds, options="?rate=0.5&connections=2")
        assert first.send(envelope(1), yes)
        error = failure(second, number=2)
        assert (verdict(error), second.rests(), server.reached(Stage.MAIL)) == ("unreachable", 2, 1)
        assert "127.0.0.1" in str(error)


def test_an_announced_message_has_had_its_share(seconds: Seconds) -> None:
    with MailServer() as server:
        connection = connections(server, seconds=seconds, options="?rate=20")[0]
        assert connection.send(envelope(1), yes, then=envelope(2))
        assert connection.rests() > 0
        assert connection.send(envelope(2), yes, then=envelope(3))
        assert (server.reached(Stage.MAIL), len(server.messages)) == (2, 2)


def test_the_share_of_a_message_that_could_not_be_announced_is_given_back(seconds: Seconds) -> None:
    with MailServer() as server:
        connection = connections(server, seconds=seconds, options="?rate=20")[0]
        assert connection.send(envelope(1), no, then=envelope(2)) is False
        assert connection.send(envelope(2), yes)
