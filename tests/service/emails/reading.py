"""Mails as a mail program reads them."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

from rituals.catalogue import Catalogue

CATALOGUE = Catalogue.load(Path(__file__).parents[3] / "rituals" / "decks")


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())
