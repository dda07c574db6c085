"""Which dates people touch, and where to."""

from datetime import datetime, timedelta

from rituals.recurrence import Recurrence

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MADRID = "Europe/Madrid"
MOVES = (HOUR, 2 * HOUR, -HOUR, 4 * HOUR, DAY, -26 * HOUR, WEEK, -3 * DAY)
"""Some lie outside of ritual hours: they wait for a yes."""
RULES = ("FREQ=WEEKLY;BYDAY=SU", "FREQ=DAILY;COUNT=12", "FREQ=WEEKLY;BYDAY=SU,WE", "")
BACK = len(MOVES)
"""The number of the move that brings a date back to its own start."""
MOST_PLANS = 3
FAR = 60 * DAY
PAST, AHEAD = 4, 5
"""The numbers of dates that are not among the next four."""


def originals(recurrence: Recurrence, now: datetime, index: int) -> datetime | None:
    """One of the dates that people touch: the next four, the last one, and one far ahead."""
    near = recurrence.upcoming(now, 4)
    if index < len(near):
        return near[index].original_starts
    last = list(recurrence.instances(after=now - 8 * DAY, until=now))[-1:] if index == PAST else []
    far = recurrence.upcoming(now + FAR, 1) if index == AHEAD else []
    return next((one.original_starts for one in (*last, *far)), None)


def moved(original: datetime, to: int | None) -> datetime | None:
    if to is None:
        return None
    return original + MOVES[to] if to != BACK else original
