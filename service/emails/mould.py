"""A mail that many get in the same words, set once: what is each recipient's own is struck in, to the same bytes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from secrets import token_hex

from markupsafe import escape

from service.emails.mime import HTML_HEAD, TEXT_HEAD, Letter, bind, boundary, check_own, head, normal, quoted

LINES = re.compile(r"[^\n]*\n")
RECIPIENT, MESSAGE_ID, BOUNDARY, UNSUBSCRIBE = "to", "message_id", "boundary", "list_unsubscribe"


@dataclass(frozen=True, slots=True)
class Own:
    """What of a mail is its recipient's alone."""

    recipient: str
    message_id: str
    list_unsubscribe: str
    links: Mapping[str, str]
    """By the names that the templates know them by."""


class Blanks:
    """Stands in for what is each one's own while a mould is set: words that nobody can have typed."""

    def __init__(self, *links: str) -> None:
        self._secret = secret = token_hex(16)
        self.own = Own(
            recipient=f"{secret}@{RECIPIENT}",
            message_id=f"<{secret}@{MESSAGE_ID}>",
            list_unsubscribe=f"https://{secret}.{UNSUBSCRIBE}",
            links={name: f"https://{secret}.{name}" for name in links},
        )
        self._names = {
            self.own.recipient: RECIPIENT,
            self.own.message_id: MESSAGE_ID,
            boundary(self.own.message_id): BOUNDARY,
            self.own.list_unsubscribe: UNSUBSCRIBE,
            **{link: name for name, link in self.own.links.items()},
        }
        self._any = re.compile("|".join(map(re.escape, self._names)))

    def are_in(self, line: str) -> bool:
        """Of a body."""
        return self._secret in line

    def opened(self, text: str) -> str:
        """The text as a pattern for `%`, with the names of its blanks."""
        return self._any.sub(lambda found: f"%({self._names[found.group()]})s", text.replace("%", "%%"))


class Mould:
    """One letter written over blanks. Lines without any are quoted already; the others when it is struck."""

    def __init__(self, letter: Letter, blanks: Blanks) -> None:
        self._head = blanks.opened(head(letter))
        self._text = TEXT_HEAD, *_pieces(letter.text, blanks)
        self._html = HTML_HEAD, *_pieces(letter.html, blanks)

    def strike(self, own: Own) -> bytes:
        """The same bytes that composing the whole letter would give. Raises ValueError, as it would."""
        check_own(own.recipient, own.message_id, own.list_unsubscribe)
        bounds = boundary(own.message_id)
        fields = {
            RECIPIENT: own.recipient,
            MESSAGE_ID: own.message_id,
            BOUNDARY: bounds,
            UNSUBSCRIBE: own.list_unsubscribe,
        }
        escaped = {name: str(escape(link)) for name, link in own.links.items()}
        return bind(self._head % fields, (_poured(self._text, own.links), _poured(self._html, escaped)), bounds)


def _pieces(body: str, blanks: Blanks) -> list[bytes | str]:
    """Runs of lines: bytes where they are finished, patterns where something is to be struck in."""
    pieces: list[bytes | str] = []
    for is_open, lines in groupby(LINES.findall(normal(body)), blanks.are_in):
        if is_open:
            pieces.append(blanks.opened("".join(lines)))
        else:
            pieces.append(b"".join(map(_quoted_line, lines)))
    return pieces


@lru_cache(1000)
def _quoted_line(line: str) -> bytes:
    """Most lines of a mould stand in the others as well."""
    return quoted(line)


def _poured(pieces: tuple[bytes | str, ...], links: Mapping[str, str]) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else quoted(piece % links) for piece in pieces)
