"""The built-in mailbox: a folder takes the mails where no mail server is set up."""

import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from integrations.mail.addresses import refuse_unsafe
from integrations.mail.letter import LETTER_NAME, Letter, read_letter
from rituals.interfaces import Envelope, HandOver, MailError

__all__ = ["FolderConnection", "FolderMailer", "Letter", "Mailbox"]

WRITERS = 2
"""Letters written at once."""

LISTED = 200
"""Letters that the list shows at most."""


@dataclass(frozen=True, slots=True)
class FolderMailer:
    """Keeps each message as `<moment>-<random>.eml` in `folder`, byte for byte as it would travel.

    Sender and recipient, which SMTP says apart from the message, stand beside it in `<moment>-<random>.envelope`.
    """

    folder: Path

    def connections(self) -> Sequence["FolderConnection"]:
        return [FolderConnection(self.folder) for _ in range(WRITERS)]


@dataclass(frozen=True, slots=True)
class FolderConnection:
    """One way into the folder. A letter is there whole and for good, or not at all."""

    folder: Path
    relay: str = "mailbox"

    @property
    def hears_next(self) -> bool:
        return False

    def rests(self) -> float:
        return 0.0

    def open(self) -> None:
        """Nothing is open between letters."""

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:  # noqa: ARG002 (a folder needs no hint)
        refuse_unsafe(envelope)
        name = f"{datetime.fromtimestamp(time.time(), UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
        draft = self.folder / f"{name}.draft"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(draft, envelope.content)
            return self._keep(draft, envelope, hand_over)
        except OSError as error:
            raise MailError(f"mailbox folder: {error.strerror}") from error
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is open between letters."""

    def _keep(self, draft: Path, envelope: Envelope, hand_over: HandOver) -> bool:
        if not hand_over():
            return False
        # The letter itself comes last: an envelope that a crash leaves alone is never listed.
        _write(draft.with_suffix(".envelope"), f"{envelope.sender}\n{envelope.recipient}\n".encode("ascii"))
        draft.rename(draft.with_suffix(".eml"))
        try:
            _sync(self.folder)
        except OSError as error:
            raise MailError(f"mailbox folder: {error.strerror}", uncertain=True) from error
        return True


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The letters in the folder, for the page that shows them."""

    folder: Path

    def letters(self, *, limit: int = LISTED) -> list[Letter]:
        """The newest first."""
        try:
            names = sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)
        except OSError:
            return []
        letters = (self.letter(name) for name in names if LETTER_NAME.fullmatch(name))
        return [letter for letter, _ in zip(filter(None, letters), range(limit), strict=False)]

    def letter(self, name: str) -> Letter | None:
        """The letter of that name; None for whatever is no letter of this folder."""
        if not LETTER_NAME.fullmatch(name):
            return None
        path = self.folder / f"{name}.eml"
        try:
            return read_letter(name, path.read_bytes(), _envelope_of(path)) if path.is_file() else None
        except OSError:
            return None


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _envelope_of(path: Path) -> tuple[str, str] | None:
    try:
        sender, recipient = path.with_suffix(".envelope").read_text("ascii", errors="replace").splitlines()
    except (OSError, ValueError):
        return None
    return sender, recipient
