"""Signed links: what a mail may ask for without anything being stored to make it."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadData, URLSafeSerializer

LONGEST_TOKEN = 1000


class Purpose(StrEnum):
    """What a link is for. A token made for one purpose is nothing for another.

    Mails are kept for years: when the claims of a purpose change, it gets a new value.
    """

    SIGN_IN = "sign-in"
    INVITATION = "invitation"
    OUTCOME = "outcome"
    UNSUBSCRIBE = "unsubscribe"
    LEAVE = "leave"
    ANSWER = "answer"
    SUGGESTION = "suggestion"
    UNSUITED = "unsuited"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a link says, once its signature was found to be ours."""

    values: Mapping[str, int | str]

    def number(self, name: str) -> int:
        value = self.values[name]
        if not isinstance(value, int):
            raise TypeError(f"The claim {name} is no number.")
        return value

    def word(self, name: str) -> str:
        value = self.values[name]
        if not isinstance(value, str):
            raise TypeError(f"The claim {name} is no word.")
        return value


class Links:
    """Makes links with the first key and reads those of any, so that keys can be changed."""

    def __init__(self, keys: Sequence[str], base_url: str) -> None:
        if not keys:
            raise ValueError("Links need a key.")
        self._keys = tuple(keys)
        self._base_url = base_url

    def address(self, path: str) -> str:
        """The whole address of one of our pages."""
        return f"{self._base_url}{path}"

    def token(self, purpose: Purpose, **claims: int | str) -> str:
        """The signed claims, fit for a path. They are readable: no secret belongs into them."""
        return make(self._keys[0], purpose, claims)

    def read(self, purpose: Purpose, token: str) -> Claims | None:
        """What the token says; None unless every character of it is ours and for this purpose."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        for key in self._keys:
            claims = unpack(key, purpose, token)
            # Base64 can be spelt in several ways; only the way we write it counts.
            if claims is not None and hmac.compare_digest(make(key, purpose, claims), token):
                return Claims(claims)
        return None


def make(key: str, purpose: Purpose, claims: Mapping[str, int | str]) -> str:
    token = signer(key, purpose).dumps(dict(sorted(claims.items())))
    return token if isinstance(token, str) else token.decode()


def unpack(key: str, purpose: Purpose, token: str) -> dict[str, int | str] | None:
    try:
        content: object = signer(key, purpose).loads(token)
    except BadData:
        return None
    if not isinstance(content, dict):
        return None
    return {str(name): value for name, value in content.items() if isinstance(value, int | str)}


def signer(key: str, purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(
        key,
        salt=f"side by side: {purpose.value}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
