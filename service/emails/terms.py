"""What a version of a plan says, in words for one reader of a mail."""

from datetime import datetime

from rituals.couple import Partner
from rituals.rhythm_words import words as rhythm_words
from rituals.version import Version
from service import when


def terms(version: Version, partner: Partner, now: datetime) -> str:
    """on Sundays at 19:00, 45 minutes; the first on Sunday 29 November."""
    upcoming = version.recurrence.upcoming(now, 1)
    first = f"; the first on {when.full_day(upcoming[0].starts_at, partner.zone, now)}" if upcoming else ""
    return f"{rhythm(version, partner, now)}{first}."


def rhythm(version: Version, partner: Partner, now: datetime) -> str:
    """on Sundays at 19:00, 45 minutes; with the reader's own hour where it is another"""
    recurrence = version.recurrence
    upcoming = recurrence.upcoming(now, 1)
    start = f"{version.starts:%H:%M}"
    if upcoming and recurrence.zone != partner.zone:
        here = when.clock(upcoming[0].starts_at, partner.zone)
        if here != start:
            start = f"{start} in {when.city(recurrence.zone)} ({here} for you)"
    often = rhythm_words(recurrence.rule, version.starts, zone=version.zone)
    return f"{often} at {start}, {when.length(recurrence.duration)}"
