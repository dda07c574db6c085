"""The vault: credentials of others, sealed before they are stored and opened only to be used."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"side by side: vault"
"""Keeps these keys apart from those that other parts derive from the same secrets."""


class VaultError(ValueError):
    """What was sealed does not open: no key fits, or it was changed."""


class Vault:
    """Seals with the first key and opens with any, so that keys can be changed one after the other."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("A vault needs a key.")
        self._fernet = MultiFernet([Fernet(derive(key)) for key in keys])

    def seal(self, content: bytes) -> bytes:
        return self._fernet.encrypt(content)

    def open(self, sealed: bytes) -> bytes:
        """Raises VaultError."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise VaultError("These credentials cannot be opened with the keys in SECRET_KEYS.") from error

    def reseal(self, sealed: bytes) -> bytes:
        """The same content under the first key. Raises VaultError."""
        return self.seal(self.open(sealed))


def derive(key: str) -> bytes:
    """A Fernet key from a secret of any length (RFC 5869)."""
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return urlsafe_b64encode(raw)
