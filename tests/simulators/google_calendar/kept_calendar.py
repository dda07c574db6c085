"""A calendar of an account: what its owner set on it, and the book of its events."""

from dataclasses import dataclass, field

from tests.simulators.google_calendar.event_book import EventBook, Revision
from tests.simulators.google_calendar.resource import Resource, text


@dataclass(slots=True)
class KeptCalendar:
    """`entry` is how it stands in its owner's list: colours, reminders, hidden or not."""

    id: str
    owner: str
    book: EventBook
    fields: Resource
    revision: Revision
    made_by: str = ""
    """The id of the client that made it; empty where its owner did."""
    is_primary: bool = False
    entry: Resource = field(default_factory=dict)
    pages: dict[str, list[Resource]] = field(default_factory=dict)
    """What is still to come of lists that are being read, by page token; the last item is the end of the answer."""

    @property
    def zone(self) -> str:
        return text(self.fields, "timeZone") or "UTC"

    @property
    def summary(self) -> str:
        return text(self.fields, "summary")

    def to_json(self) -> Resource:
        owner: Resource = {} if self.is_primary else {"dataOwner": self.owner}
        return {
            "kind": "calendar#calendar",
            "etag": self.revision.etag,
            "id": self.id,
            **self.fields,
            "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
            **owner,
        }

    def to_entry(self) -> Resource:
        primary: Resource = {"primary": True} if self.is_primary else {}
        return {
            "colorId": "14",
            "backgroundColor": "#9fe1e7",
            "foregroundColor": "#000000",
            "selected": True,
            "defaultReminders": [],
            **self.to_json(),
            **self.entry,
            "kind": "calendar#calendarListEntry",
            "accessRole": "owner",
            **primary,
        }
