"""Where the reader of a calendar stands; opaque to it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SyncToken:
    """Everything up to the change `since` is known; the list goes on as it was begun."""

    calendar_id: str
    epoch: int
    since: int
    single: bool
    begin: datetime | None
    end: datetime | None

    def encode(self) -> str:
        begin, end = (moment.isoformat() if moment else "" for moment in (self.begin, self.end))
        values = [self.calendar_id, self.epoch, self.since, self.single, begin, end]
        return urlsafe_b64encode(json.dumps(values).encode()).decode()

    @classmethod
    def decode(cls, token: str) -> "SyncToken | None":
        try:
            calendar_id, epoch, since, single, begin, end = json.loads(urlsafe_b64decode(token))
            moments = [datetime.fromisoformat(one) if one else None for one in (begin, end)]
        except (ValueError, TypeError):
            return None
        return cls(str(calendar_id), int(epoch), int(since), bool(single), moments[0], moments[1])
