"""Plans to be written as iCalendar, and what reads them back for a test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rituals.ics import Event, Override
from rituals.recurrence import Recurrence, Rule
from tests.ics_lint import Component, lint, parse

MADE = datetime(2027, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
SINCE = datetime(2027, 1, 1, tzinfo=UTC)
ORGANIZER, ATTENDEE = "rituals@example.org", "ada@example.net"


def plan(
    starts: str = "2027-03-14T19:00",
    rule: str | None = "FREQ=WEEKLY;BYDAY=SU",
    zone: str = "Europe/Madrid",
    minutes: int = 45,
    **changed: object,
) -> Event:
    length = timedelta(minutes=minutes)
    recurrence = Recurrence(datetime.fromisoformat(starts), zone, length, Rule.parse(rule) if rule else None)
    event = Event(
        uid="plan-7@example.org",
        sequence=2,
        revised_at=MADE,
        recurrence=recurrence,
        summary="Dinner without phones",
        description="Put both phones away.\nThen ask.",
        url="https://example.org/plans/7",
    )
    return replace(event, **changed)


def override(original: str, starts: str | None, sequence: int = 3, revised_at: datetime = MADE) -> Override:
    moved = datetime.fromisoformat(starts) if starts else None
    return Override(datetime.fromisoformat(original), moved, sequence, revised_at)


SKIPPED_AND_MOVED = (
    override("2027-03-21T19:00", None, sequence=3),
    override("2027-03-28T19:00", "2027-04-05T20:00", sequence=4, revised_at=MADE + timedelta(days=1)),
)


def events(data: bytes) -> list[Component]:
    assert lint(data) == []
    return list(parse(data).walk("VEVENT"))


def value(component: Component, name: str) -> str | None:
    found = component.one(name)
    return found.value if found else None


ZONES = [
    "Europe/Madrid",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "UTC",
    "America/Santiago",
    "Europe/Dublin",
    "Asia/Jerusalem",
    "Asia/Gaza",
    "Africa/El_Aaiun",
    "America/Havana",
]
