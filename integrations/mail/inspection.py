"""Looking at a relay without sending anything: how far one comes with it, and what it offers."""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from integrations.mail.greeting import greet, say
from integrations.mail.relay import Relay, Scheme
from integrations.mail.smtp import SmtpMailer
from integrations.mail.verdict import Losing, Stage
from integrations.mail.wire import Wire
from rituals.mail_check_interfaces import Greeting


@dataclass(frozen=True, slots=True)
class Inspected:
    """One relay of the settings, as it is spoken to when mails go."""

    relay: Relay
    timeout: timedelta

    @property
    def name(self) -> str:
        return self.relay.name

    @property
    def host(self) -> str:
        return self.relay.host

    @property
    def is_here(self) -> bool:
        return not self.relay.verified

    @property
    def encrypts(self) -> bool:
        return self.relay.scheme is not Scheme.CLEAR

    @property
    def signs_in(self) -> bool:
        return bool(self.relay.user)

    @property
    def mailer(self) -> SmtpMailer:
        return SmtpMailer([self.relay], timeout=self.timeout)

    def greet(self) -> Greeting:
        step = self.timeout.total_seconds()
        with Losing(Stage.CONNECT):
            wire = Wire(self.relay, step=step, deadline=monotonic() + step)
        try:
            offers = greet(wire, self.relay)
            say(wire, Stage.QUIT, "QUIT")
        finally:
            wire.close()
        (largest, *_) = [*offers.get("SIZE", ()), ""]
        return Greeting(frozenset(offers), int(largest) if largest.isdecimal() and int(largest) > 0 else None)
