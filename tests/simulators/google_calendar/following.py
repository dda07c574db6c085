"""'This and following': where one series ends and another goes on."""

from datetime import timedelta

from tests.simulators.google_calendar.event_book import EventBook, Kept
from tests.simulators.google_calendar.resource import Json, texts
from tests.simulators.google_calendar.when import When


def ending(line: str, original: When) -> str:
    """A rule that ends right before this date."""
    if not line.startswith("RRULE:"):
        return line
    until = original.instant("UTC") - timedelta(seconds=1)
    kept = [pair for pair in line.split(";") if not pair.startswith(("COUNT=", "UNTIL="))]
    return ";".join([*kept, f"UNTIL={until:%Y%m%dT%H%M%SZ}"])


def going_on(book: EventBook, kept: Kept, original: When) -> list[Json]:
    """The same rule; of a count, what is left of it."""
    gone = sum(1 for _ in book.series(kept).originals(original.instant("UTC")))
    lines: list[Json] = []
    for line in texts(kept.fields, "recurrence"):
        pairs = [_less(pair, gone) for pair in line.split(";")]
        lines.append(";".join(pairs))
    return lines


def _less(pair: str, gone: int) -> str:
    return f"COUNT={int(pair.removeprefix('COUNT=')) - gone}" if pair.startswith("COUNT=") else pair
