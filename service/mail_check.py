"""The way that mails take, looked at: mail servers, names, and a test mail; each finding one sentence with its cure."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rituals.interfaces import Envelope, MailError
from rituals.mail_check_interfaces import Greeting, Names, Relay
from service.emails.mime import Letter, compose
from service.finding import Finding
from service.mail_names import Domains, look_up
from service.settings import Settings

SMALLEST = 1_000_000
"""Bytes that a mail server should take; ours have a tenth of that at most."""
TEXT = (
    "This is a test mail from Side by Side, sent by ./run mail check through {relay}.\n\n"
    "Look at its header: Authentication-Results should say spf=pass, dkim=pass and dmarc=pass."
)


@dataclass(frozen=True, slots=True)
class MailCheck:
    """What it takes to look."""

    settings: Settings
    relays: Sequence[Relay]
    """Empty: mails stay here."""
    names: Names

    def look(self) -> Iterator[Finding]:
        """Nothing is sent."""
        if not self.relays:
            cure = "SMTP_URL names the mail server." if self.settings.is_production else ""
            yield Finding("Mails stay here, in the built-in mailbox.", cure)
        for relay in self.relays:
            yield from self._server(relay)
        if self.settings.is_production and any(relay.is_here for relay in self.relays):
            yield Finding("The address by which this machine sends to others needs a name that leads back to it (PTR).")
        yield from look_up(
            Domains.of(self.settings), [relay.host for relay in self.relays if not relay.is_here], self.names
        )

    def send(self, to: str, now: datetime) -> Iterator[Finding]:
        """A test mail through each mail server."""
        for relay in self.relays:
            envelope = Envelope(
                self.settings.bounce_to or self.settings.mail_from.address, to, self._mail(relay, to, now)
            )
            connection = relay.mailer.connections()[0]
            try:
                connection.send(envelope, lambda: True)
            except MailError as error:
                yield Finding(f"{relay.name} did not take the test mail: {error}.", cure_of(error))
            else:
                yield Finding(f"{relay.name} took the test mail. Is it in the inbox, or among the spam?")
            finally:
                connection.close()

    def _server(self, relay: Relay) -> Iterator[Finding]:
        try:
            greeting = relay.greet()
        except MailError as error:
            yield Finding(f"{relay.name} cannot be used: {error}.", cure_of(error))
            return
        how = "with TLS" if relay.encrypts else "in clear"
        yield Finding(f"{relay.name} answers {how}{' and knows us' if relay.signs_in else ''}.")
        yield from offers(relay, greeting)

    def _mail(self, relay: Relay, to: str, now: datetime) -> bytes:
        sender, text = self.settings.mail_from, TEXT.format(relay=relay.name)
        domain = sender.address.rpartition("@")[2]
        return compose(
            Letter(
                sender=sender.address,
                sender_name=sender.name,
                recipient=to,
                subject=f"A test mail through {relay.name}",
                date=now,
                message_id=f"<mail-check.{secrets.token_hex(8)}@{domain}>",
                text=f"{text}\n",
                html=f"<p>{text}</p>",
            )
        )


def offers(relay: Relay, greeting: Greeting) -> Iterator[Finding]:
    if "PIPELINING" in greeting.keywords:
        yield Finding(f"{relay.name} takes a mail's envelope in one go (PIPELINING).")
    else:
        yield Finding(f"{relay.name} takes commands one by one, so each mail waits three times more for the network.")
    if greeting.largest is not None and greeting.largest < SMALLEST:
        cure = f"Ask for {SMALLEST} bytes at least."
        yield Finding(f"{relay.name} takes mails of {greeting.largest} bytes at most.", cure)


CURES = {
    "connect": "Are host and port right, does it run, and does a firewall let us out? Many networks shut port 25.",
    "banner": "It answers, but not as a mail server: is the port right? smtps:// is for 465, smtp+starttls:// for 587.",
    "STARTTLS": "Write smtps:// where it speaks TLS from the first byte, or smtp:// for a server on this machine.",
    "AUTH": "Are user and password right, and percent-encoded? Some providers want a password made for programs.",
    "MAIL": "It does not let us send from that address: MAIL_FROM (and BOUNCE_TO) must be allowed there.",
    "RCPT": "It does not take mail for that address: does it want us to sign in, or is the address wrong?",
}


def cure_of(error: MailError) -> str:
    """By how far the conversation came."""
    stage = str(error).partition(":")[0]
    if "certificate" in str(error):
        return "Write the name in SMTP_URL that stands in its certificate, or have the certificate renewed."
    return CURES.get(stage, "Its own log says why, or its support does.")
