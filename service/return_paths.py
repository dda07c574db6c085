"""Where mails come back to: each has a return path of its own, so that what comes back names its mail (VERP)."""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from rituals.delivery import Delivery
from rituals.outbox import Letter
from service.settings import Settings

Kind = type[Delivery] | type[Letter]

LETTERS: dict[Kind, str] = {Delivery: "d", Letter: "l"}
KINDS: dict[str, Kind] = {letter: kind for kind, letter in LETTERS.items()}
MARK_BYTES = 10
NAMED = re.compile(r"(?<![0-9a-z])([dl])([0-9a-f]{1,16})-([0-9a-f]{20})(?![0-9a-z])")


@dataclass(frozen=True, slots=True)
class Named:
    """The mail that a return path names."""

    kind: Kind
    row_id: int


@dataclass(frozen=True, slots=True)
class ReturnPaths:
    """Makes them with the first key and reads those of any, so that keys can be changed."""

    keys: tuple[bytes, ...] = field(repr=False)
    usual: str
    """Where everything comes back to unless there is an address for it."""
    before: str
    """Up to the token; empty: there is no address for it."""
    domain: str

    @classmethod
    def of(cls, settings: Settings) -> "ReturnPaths":
        keys = tuple(blake2b(key.encode(), person=b"return path").digest() for key in settings.secret_keys)
        local, at, domain = settings.bounce_to.rpartition("@")
        return cls(keys, settings.mail_from.address, f"{local}+" if at else "", f"@{domain}")

    def sender_for(self, kind: Kind, row_id: int) -> str:
        """The envelope's sender. In lower case and without anything that a mail system might change."""
        if not self.before:
            return self.usual
        name = f"{LETTERS[kind]}{row_id:x}"
        return f"{self.before}{name}-{_mark(self.keys[0], name)}{self.domain}"

    def find(self, texts: Iterable[str]) -> Named | None:
        """The first mail that one of these texts names with a mark of ours, whatever else stands there."""
        for text in texts:
            for found in NAMED.finditer(text.lower()):
                letter, number, mark = found.groups()
                if any(hmac.compare_digest(_mark(key, letter + number), mark) for key in self.keys):
                    return Named(KINDS[letter], int(number, 16))
        return None


def _mark(key: bytes, name: str) -> str:
    return blake2b(name.encode(), key=key, digest_size=MARK_BYTES).hexdigest()
