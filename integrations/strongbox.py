"""The strongbox: composed mails, sealed for the minutes until they have gone. Quick, since thousands go at once."""

from collections.abc import Sequence
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from integrations.vault import Vault, VaultError

CIPHER_PURPOSE = b"side by side: strongbox"
MARK_PURPOSE = b"side by side: strongbox, which key"
FORMAT = b"\x02"
"""What a Fernet token never begins with."""
MARK_BYTES, NONCE_BYTES = 4, 12
HEAD = len(FORMAT) + MARK_BYTES


class Strongbox:
    """Seals with the first key and opens with any, as the vault does.

    Not compressed: that would make a sixth of what a mail costs at the start of a herd.

    AES-GCM under a key of its own, with a random nonce: good for four thousand million mails a key (NIST SP 800-38D).
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("A strongbox needs a key.")
        heads = [FORMAT + derive(key, MARK_PURPOSE, MARK_BYTES) for key in keys]
        ciphers = [AESGCM(derive(key, CIPHER_PURPOSE, 32)) for key in keys]
        self._first = heads[0], ciphers[0]
        self._ciphers = dict(zip(reversed(heads), reversed(ciphers), strict=True))
        self._vault = Vault(keys)

    def seal(self, content: bytes) -> bytes:
        head, cipher = self._first
        nonce = urandom(NONCE_BYTES)
        return head + nonce + cipher.encrypt(nonce, content, head)

    def open(self, sealed: bytes) -> bytes:
        """Also what an older version left, sealed by the vault. Raises VaultError."""
        if not sealed.startswith(FORMAT):
            return self._vault.open(sealed)
        head, nonce = sealed[:HEAD], sealed[HEAD : HEAD + NONCE_BYTES]
        try:
            return self._ciphers[head].decrypt(nonce, sealed[HEAD + NONCE_BYTES :], head)
        except (KeyError, InvalidTag, ValueError) as error:
            raise VaultError("This mail cannot be opened with the keys in SECRET_KEYS.") from error


def derive(key: str, purpose: bytes, length: int) -> bytes:
    """Bytes for one purpose from a secret of any length (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(key.encode())
