"""What every Mailer keeps to, wherever the mail goes."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from rituals.interfaces import Envelope, Mailer, MailError

CONTENT = b"Subject: Tea\r\nMessage-ID: <1@side.example>\r\n\r\n.a dot\r\n..two\r\n\r\nBye\r\n.\r\nnot yet\r\n"


@dataclass(frozen=True, slots=True)
class PostOffice:
    """A mailer, and what arrived at the other end of it: sender, recipient and bytes."""

    mailer: Mailer
    arrived: Callable[[], list[Envelope]]


def envelope(number: int = 1, *, sender: str = "tea@side.example", recipient: str = "anna@example.org") -> Envelope:
    return Envelope(sender, recipient, CONTENT.replace(b"<1@", f"<{number}@".encode()))


def yes() -> bool:
    return True


def no() -> bool:
    return False


class MailerContract:
    """Subclass it, and give the fixture `office`."""

    def test_a_message_arrives_byte_for_byte(self, office: PostOffice) -> None:
        assert office.mailer.connections()[0].send(envelope(), yes)
        assert office.arrived() == [envelope()]

    def test_a_connection_that_was_opened_ahead_sends(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        connection.open()
        connection.open()
        assert office.arrived() == []
        assert connection.send(envelope(), yes)
        assert office.arrived() == [envelope()]

    def test_every_connection_has_the_name_of_its_way_and_needs_no_rest(self, office: PostOffice) -> None:
        connections = office.mailer.connections()
        assert connections
        assert all(connection.relay and "@" not in connection.relay for connection in connections)
        assert all(connection.rests() == 0 for connection in connections)

    def test_messages_follow_each_other_on_one_connection(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        assert all(connection.send(envelope(number), yes) for number in range(5))
        assert office.arrived() == [envelope(number) for number in range(5)]

    def test_messages_that_were_hinted_at_arrive_in_their_turn(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        mails = [envelope(number) for number in range(5)]
        assert all(
            connection.send(mail, yes, then=after) for mail, after in zip(mails, [*mails[1:], None], strict=True)
        )
        assert office.arrived() == mails

    def test_a_hint_alone_sends_nothing(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        connection.send(envelope(1), yes, then=envelope(2))
        connection.close()
        assert office.arrived() == [envelope(1)]

    @pytest.mark.parametrize("hint", [envelope(2, recipient="ben@example.org"), envelope(2, recipient="no address")])
    def test_another_message_than_the_one_hinted_at_arrives_alone(self, office: PostOffice, hint: Envelope) -> None:
        connection = office.mailer.connections()[0]
        connection.send(envelope(1), yes, then=hint)
        assert connection.send(envelope(3), yes)
        assert office.arrived() == [envelope(1), envelope(3)]

    def test_a_message_that_was_hinted_at_may_be_kept_back(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        connection.send(envelope(1), yes, then=envelope(2))
        assert connection.send(envelope(2), no, then=envelope(3)) is False
        assert connection.send(envelope(3), yes)
        assert office.arrived() == [envelope(1), envelope(3)]

    def test_nothing_has_arrived_when_the_hand_over_is_asked(self, office: PostOffice) -> None:
        seen: list[int] = []
        office.mailer.connections()[0].send(envelope(), lambda: not seen.append(len(office.arrived())))
        assert set(seen) == {0}

    def test_a_refused_hand_over_keeps_the_message_back(self, office: PostOffice) -> None:
        assert office.mailer.connections()[0].send(envelope(), no) is False
        assert office.arrived() == []

    def test_after_a_refused_hand_over_the_next_message_goes(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        connection.send(envelope(1), no)
        assert connection.send(envelope(2), yes)
        assert office.arrived() == [envelope(2)]

    def test_an_error_in_the_hand_over_passes_and_keeps_the_message_back(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        with pytest.raises(ZeroDivisionError):
            connection.send(envelope(1), lambda: 1 // 0 > 0)
        assert connection.send(envelope(2), yes)
        assert office.arrived() == [envelope(2)]

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "anna",
            "anna@",
            "änna@example.org",
            "anna@example.org\r\nRCPT TO:<eve@example.org>",
            "anna@example.org\0",
            "a,eve@example.org",
            "anna@example.org> <eve@example.org",
            "a@b@example.org",
            "anna maria@example.org",
            f"{'a' * 250}@example.org",
        ],
    )
    def test_an_address_that_could_say_more_than_itself_is_refused_for_good(
        self, office: PostOffice, address: str
    ) -> None:
        connection = office.mailer.connections()[0]
        with pytest.raises(MailError) as refused:
            connection.send(envelope(recipient=address), yes)
        assert refused.value.permanent
        assert refused.value.recipient_refused
        with pytest.raises(MailError) as refused:
            connection.send(envelope(sender=address), yes)
        assert refused.value.permanent
        assert not refused.value.recipient_refused
        assert office.arrived() == []

    def test_closing_is_harmless_at_any_time(self, office: PostOffice) -> None:
        connection = office.mailer.connections()[0]
        connection.close()
        connection.send(envelope(1), yes)
        connection.close()
        connection.close()
        assert connection.send(envelope(2), yes)
        assert office.arrived() == [envelope(1), envelope(2)]
