"""What we note in our events for ourselves: whose they are, and what we wrote, to tell it from what others wrote."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from integrations.calendars.icalendar.lines import Component, Line
from rituals.calendar_event import Event
from rituals.recurrence import Recurrence
from rituals.timetable import Timetable

WRITTEN = "X-SIDE-BY-SIDE-WRITTEN"
STARTS = "X-SIDE-BY-SIDE-STARTS"
"""Of a date told in UTC for a change of the clocks: the time that people mean."""
REMINDER = "X-SIDE-BY-SIDE-REMINDER"
"""In an alarm of ours."""
OUR_SUFFIX = "@side-by-side"
TEXTS = ("SUMMARY", "DESCRIPTION", "URL")


@dataclass(frozen=True, slots=True)
class Mark:
    """In one property without a letter that any program would escape or fold differently."""

    uid: str
    recurrence: Recurrence | None
    """As the plan says it; the event may say the same in other words."""
    prints: Mapping[str, str]
    """By property: the fingerprint of the text that we wrote last."""
    reminders: tuple[timedelta, ...] | None

    @classmethod
    def of(cls, event: Event, texts: Component, before: "Mark | None") -> "Mark":
        """For what we are about to write. Reminders that are left alone are remembered as they were."""
        prints = {name: fingerprint(texts.first(name)) for name in TEXTS}
        reminders = event.reminders if event.reminders is not None else before.reminders if before else None
        return cls(event.uid, event.recurrence, prints, reminders)

    @classmethod
    def read(cls, component: Component) -> "Mark | None":
        """None where there is none, or none that can be read: somebody else's event, or ours no more."""
        try:
            kept = json.loads(base64.urlsafe_b64decode(component.value(WRITTEN) + "=="))
            reminders = kept["reminders"]
            return cls(
                uid=str(kept["uid"]),
                recurrence=Timetable.from_json({**kept["series"], "dates": {}}).recurrence,
                prints={name: str(kept["prints"][name]) for name in TEXTS},
                reminders=None if reminders is None else tuple(timedelta(seconds=int(one)) for one in reminders),
            )
        except (ValueError, KeyError, TypeError, AssertionError, OverflowError):
            return None

    @property
    def line(self) -> Line:
        kept = {
            "uid": self.uid,
            "series": {name: value for name, value in Timetable(self.recurrence).to_json().items() if name != "dates"},
            "prints": dict(self.prints),
            "reminders": None if self.reminders is None else [int(one.total_seconds()) for one in self.reminders],
        }
        text = json.dumps(kept, separators=(",", ":"), sort_keys=True).encode()
        return Line(WRITTEN, "", base64.urlsafe_b64encode(text).decode("ascii").rstrip("="))


def is_ours(uid: str) -> bool:
    """By its name alone, for where our mark got lost."""
    return uid.endswith(OUR_SUFFIX)


def fingerprint(line: Line | None) -> str:
    """Of a text, whatever a server made of its line ends and spaces."""
    return sha256(" ".join(line.text.split()).encode("utf-8", "replace")).hexdigest()[:16] if line else ""
