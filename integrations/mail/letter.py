"""A letter in the built-in mailbox, as far as its file can be read."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime

LETTER_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-[0-9a-f]{8}", re.ASCII)
MOMENT = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Letter:
    """What one file holds; parts that are missing or broken are empty."""

    name: str
    arrived_at: datetime | None
    sender: str
    recipient: str
    subject: str
    date: datetime | None
    text: str
    html: str
    calendar: bytes | None
    headers: tuple[tuple[str, str], ...]


def read_letter(name: str, content: bytes, envelope: tuple[str, str] | None) -> Letter:
    """Never fails, whatever `content` is. Without an envelope the header says from whom and for whom."""
    try:
        message = message_from_bytes(content)
        parts = _parts(message)
    except RecursionError:  # parts in parts in parts
        message, parts = Message(), {}
    sender, recipient = envelope or (_header(message, "From"), _header(message, "To"))
    return Letter(
        name=name,
        arrived_at=_arrived_at(name),
        sender=sender,
        recipient=recipient,
        subject=_header(message, "Subject"),
        date=_date(message),
        text=_text(parts.get("text/plain")),
        html=_text(parts.get("text/html")),
        calendar=_payload(parts["text/calendar"]) if "text/calendar" in parts else None,
        headers=tuple((key, _decoded(str(value))) for key, value in message.items()),
    )


def _parts(message: Message) -> dict[str, Message]:
    """The first part of each type."""
    parts: dict[str, Message] = {}
    for part in message.walk():
        parts.setdefault(part.get_content_type(), part)
    return parts


def _text(part: Message | None) -> str:
    if part is None:
        return ""
    try:
        text = _payload(part).decode(str(part.get_content_charset("utf-8")), "replace")
    except (LookupError, ValueError):
        text = _payload(part).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _header(message: Message, name: str) -> str:
    return _decoded(str(message.get(name, "")))


def _decoded(value: str) -> str:
    unfolded = re.sub(r"[\r\n]+[ \t]*", " ", value)
    try:
        return str(make_header(decode_header(unfolded)))
    except (MessageError, LookupError, ValueError):
        return unfolded


def _date(message: Message) -> datetime | None:
    try:
        date = parsedate_to_datetime(_header(message, "Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _arrived_at(name: str) -> datetime | None:
    try:
        return datetime.strptime(name.partition("-")[0], MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
