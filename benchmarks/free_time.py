"""How long it takes to find when both are free, and to read when somebody is taken from a large calendar file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from time import perf_counter

from icalendar import Calendar

from benchmarks.table import Row
from integrations.calendars.foreign import busy_times
from rituals.free_time import free_for_both, starts_in
from rituals.ritual_hours import USUAL, stretches
from rituals.stretch import Stretch

SINCE = datetime(2027, 3, 1, tzinfo=UTC)
WINDOW = timedelta(days=90)
ROUNDS = 9
ZONES = ("Europe/Madrid", "America/New_York")


def rows() -> list[Row]:
    """One row a measurement: the median of some rounds, in milliseconds."""
    single, weekly = _file(5000, ""), _file(5000, "RRULE:FREQ=WEEKLY;INTERVAL=2")
    return [
        {"what": "free for both: 90 days, 1,500 busy stretches", "ms": _timed(_search(1500))},
        {"what": "a file of 5,000 events, each once", "ms": _timed(lambda: _read(single))},
        {
            "what": "the same file, merely parsed by icalendar",
            "ms": _timed(lambda: Calendar.from_ical(single), rounds=3),
        },
        {"what": "a file of 5,000 events, each every two weeks", "ms": _timed(lambda: _read(weekly), rounds=1)},
    ]


def main() -> None:
    for row in rows():
        print(f"{row['ms']:>10} ms  {row['what']}")


def _search(count: int) -> Callable[[], object]:
    random = Random(7)
    taken = []
    for _ in range(count):
        starts_at = SINCE + timedelta(minutes=15 * random.randrange(90 * 96))
        taken.append(Stretch(starts_at, starts_at + timedelta(minutes=random.choice([30, 60, 90]))))

    def search() -> object:
        hours = [stretches(USUAL, zone, SINCE, SINCE + WINDOW) for zone in ZONES]
        return list(starts_in(free_for_both(hours, taken), timedelta(minutes=45)))

    return search


def _file(count: int, rule: str) -> bytes:
    random = Random(7)
    events: list[str] = []
    for number in range(count):
        starts = datetime(2026, 1, 1) + timedelta(minutes=15 * random.randrange(500 * 96))  # noqa: DTZ001
        lines = (
            "BEGIN:VEVENT",
            f"UID:{number}",
            f"DTSTART;TZID=Europe/Berlin:{starts:%Y%m%dT%H%M%S}",
            "DURATION:PT45M",
            *filter(None, [rule]),
            "SUMMARY:A meeting with a title",
            "END:VEVENT",
        )
        events += lines
    return "\r\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR", ""]).encode()


def _read(ics: bytes) -> object:
    return busy_times(ics, starts_at=SINCE, ends_at=SINCE + WINDOW, zone=ZONES[0], ours=lambda _uid: False)


def _timed(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        begun = perf_counter()
        work()
        taken.append(perf_counter() - begun)
    return round(1000 * median(taken), 1)


if __name__ == "__main__":
    main()
