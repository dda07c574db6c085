"""Up to where we know a calendar: the server's own word for it, and which of its resources are ours."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

PRINT_BYTES = 6


@dataclass(frozen=True, slots=True)
class Token:
    """Servers tell that a path is gone, and never whose it was: hence the UIDs."""

    sync: str = ""
    """For sync-collection; empty where the server knows no such thing."""
    state: str = ""
    """Without sync-collection: the calendar's ctag."""
    seen: frozenset[str] = frozenset()
    """Without sync-collection: prints of every path with its etag."""
    ours: Mapping[str, str] = field(default_factory=dict)
    """By path, the plan's UID."""

    @classmethod
    def read(cls, text: str | None) -> "Token | None":
        """None for what is not ours, or is of another time."""
        try:
            kept = json.loads(text or "")
            return cls(
                sync=str(kept["sync"]),
                state=str(kept["state"]),
                seen=_split(str(kept["seen"])),
                ours={str(path): str(uid) for path, uid in kept["ours"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def __str__(self) -> str:
        kept = {"sync": self.sync, "state": self.state, "seen": "".join(sorted(self.seen)), "ours": dict(self.ours)}
        return json.dumps(kept, separators=(",", ":"), sort_keys=True)


def seen_print(path: str, etag: str) -> str:
    """Short, since a calendar may hold thousands."""
    digest = sha256(f"{path}\n{etag}".encode()).digest()[:PRINT_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")


def _split(text: str) -> frozenset[str]:
    length = PRINT_BYTES * 4 // 3
    return frozenset(text[begin : begin + length] for begin in range(0, len(text), length))
