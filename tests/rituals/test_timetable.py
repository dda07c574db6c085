"""What of a calendar's times is somebody's wish, and what is our own writing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rituals.recurrence import Recurrence, Rule
from rituals.timetable import Edits, Timetable, edits

SUNDAYS = Recurrence(datetime(2027, 3, 7, 19), "Europe/Madrid", timedelta(minutes=45), Rule.parse("FREQ=WEEKLY"))
ONCE = replace(SUNDAYS, rule=None)
FIRST, SECOND, MONDAY = datetime(2027, 3, 7, 19), datetime(2027, 3, 14, 19), datetime(2027, 3, 8, 20)
LEFT_OUT, SHOWN = datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 3, 30)
NOTHING, SERIES = Edits(series=False, dates={}), Edits(series=True, dates={})


@pytest.mark.parametrize(
    ("found", "written", "wish"),
    [
        (Timetable(SUNDAYS), [Timetable(SUNDAYS)], NOTHING),
        (Timetable(SUNDAYS, {FIRST: MONDAY}), [Timetable(SUNDAYS)], Edits(series=False, dates={FIRST: MONDAY})),
        (Timetable(SUNDAYS, {FIRST: None}), [Timetable(SUNDAYS)], Edits(series=False, dates={FIRST: None})),
        (Timetable(SUNDAYS), [Timetable(SUNDAYS, {FIRST: None})], Edits(series=False, dates={FIRST: FIRST})),
        (Timetable(SUNDAYS, {FIRST: MONDAY}), [Timetable(SUNDAYS), Timetable(SUNDAYS, {FIRST: MONDAY})], NOTHING),
        (
            Timetable(SUNDAYS, {FIRST: MONDAY}),
            [Timetable(SUNDAYS), Timetable(SUNDAYS, {FIRST: MONDAY, SECOND: None})],
            NOTHING,
        ),
        (Timetable(SUNDAYS, {FIRST: SHOWN}), [Timetable(SUNDAYS, {FIRST: LEFT_OUT})], NOTHING),
        (Timetable(replace(SUNDAYS, starts=MONDAY)), [Timetable(SUNDAYS)], SERIES),
        (Timetable(None), [Timetable(SUNDAYS)], SERIES),
    ],
    ids=[
        "the same",
        "moved",
        "left out",
        "back",
        "half a write",
        "half of two",
        "a time that no clock shows",
        "another start",
        "beyond words",
    ],
)
def test_what_nobody_of_us_wrote_is_a_wish(found: Timetable, written: list[Timetable], wish: Edits) -> None:
    assert edits(found, *written) == wish


@pytest.mark.parametrize(
    ("found", "written", "wish"),
    [
        (Timetable(ONCE), [Timetable(ONCE)], NOTHING),
        (Timetable(replace(ONCE, starts=MONDAY)), [Timetable(ONCE)], Edits(series=False, dates={FIRST: MONDAY})),
        (Timetable(replace(ONCE, starts=MONDAY)), [Timetable(ONCE), Timetable(ONCE, {FIRST: MONDAY})], NOTHING),
        (Timetable(ONCE), [Timetable(ONCE, {FIRST: MONDAY})], Edits(series=False, dates={FIRST: FIRST})),
        (Timetable(replace(ONCE, duration=timedelta(hours=2))), [Timetable(ONCE)], SERIES),
        (Timetable(replace(ONCE, zone="Europe/Berlin")), [Timetable(ONCE)], SERIES),
        (Timetable(ONCE), [Timetable(SUNDAYS)], SERIES),
        (Timetable(SUNDAYS), [Timetable(ONCE)], SERIES),
    ],
    ids=["the same", "moved", "moved by us", "back", "longer", "elsewhere", "once now", "again and again now"],
)
def test_what_happens_once_is_moved_by_its_start_alone(found: Timetable, written: list[Timetable], wish: Edits) -> None:
    assert edits(found, *written) == wish
