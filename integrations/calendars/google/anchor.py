"""Where a series begins at Google whose first start is left out by a change of the clocks.

Google goes on with the time that the clocks showed at the first start: 02:30 that stands at 03:30 in the first
night would stay there for good. Such a series begins at its second date there, and we note its true beginning.
"""

from dataclasses import replace
from datetime import datetime

from rituals.recurrence import Recurrence, moment, wall_clock

BEGINS = "begins"
"""The property that holds the note; empty where there is nothing to note."""


def anchored(recurrence: Recurrence) -> Recurrence:
    """As it is written."""
    first_at = moment(recurrence.starts, recurrence.zone)
    shown = wall_clock(first_at, recurrence.zone)
    if shown == recurrence.starts:
        return recurrence
    return recurrence.remaining_or_none(first_at) or replace(recurrence, starts=shown)


def beginning(recurrence: Recurrence) -> str:
    """What is noted of it."""
    return "" if anchored(recurrence) == recurrence else recurrence.starts.isoformat()


def as_meant(found: Recurrence, noted: str) -> Recurrence:
    """With its true beginning, unless it was changed since that was noted."""
    try:
        starts = datetime.fromisoformat(noted)
    except ValueError:
        return found
    rule = found.rule
    if rule is not None and rule.count is not None:
        rule = replace(rule, count=rule.count + 1)
    meant = replace(found, starts=starts, rule=rule)
    return meant if anchored(meant) == found else found
