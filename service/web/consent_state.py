"""What is remembered while somebody is at their provider: sealed, in their own browser, once and for ten minutes."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Self

from flask import session

from rituals.interfaces import Sealer
from rituals.secret import new

KEY = "consent"
AWAY_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The secret that comes back, the one that does not leave (RFC 7636), and whose sign-in it belongs to."""

    state: str
    verifier: str
    signed_in: int
    until: float

    @classmethod
    def begin(cls, signed_in_id: int, now: datetime) -> Self:
        return cls(new(), new(), signed_in_id, (now + AWAY_FOR).timestamp())

    def keep(self, sealer: Sealer) -> None:
        """A newer one takes the place of the one before it."""
        session[KEY] = urlsafe_b64encode(sealer.seal(json.dumps(asdict(self)).encode())).decode("ascii")

    @classmethod
    def take_back(cls, sealer: Sealer, *, state: str, signed_in_id: int, now: datetime) -> Self | None:
        """Once: whatever comes of it, it is forgotten. None where anything differs from what went out."""
        sealed = session.pop(KEY, None)
        try:
            kept = cls(**json.loads(sealer.open(urlsafe_b64decode(sealed)))) if isinstance(sealed, str) else None
        except (ValueError, TypeError):
            return None
        if kept is None or kept.signed_in != signed_in_id or now.timestamp() >= kept.until:
            return None
        return kept if compare_digest(kept.state.encode(), state.encode("utf-8", "surrogatepass")) else None
