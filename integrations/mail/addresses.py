"""Addresses as the envelope may carry them: one, in ASCII, nothing that could end the command."""

import re

from rituals.interfaces import Envelope, MailError

LONGEST_ADDRESS = 254
"""RFC 5321 section 4.5.3.1.3, without the angle brackets."""

SAFE = re.compile(r"[!-~]+")
UNSAFE = re.compile(r"[<>,;\\\"()\[\]]")


def refuse_unsafe(envelope: Envelope) -> None:
    """Raise MailError for an address that must not stand in a command. The domain should never make one."""
    if not _is_safe(envelope.recipient):
        raise MailError("RCPT: this address cannot be written to", permanent=True, recipient_refused=True)
    if not _is_safe(envelope.sender):
        raise MailError("MAIL: the sender's address cannot be used", permanent=True)


def is_safe(envelope: Envelope) -> bool:
    return _is_safe(envelope.recipient) and _is_safe(envelope.sender)


def _is_safe(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return (
        bool(local and domain)
        and "@" not in local
        and len(address) <= LONGEST_ADDRESS
        and SAFE.fullmatch(address) is not None
        and UNSAFE.search(address) is None
    )
