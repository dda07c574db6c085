"""Moments in words, as a person reads them on their own clock."""

from datetime import date, datetime, timedelta

from rituals.recurrence import wall_clock

MINUTES_IN_WORDS = {60: "an hour", 90: "an hour and a half", 120: "two hours", 180: "three hours", 240: "four hours"}


def clock(moment: datetime, zone: str) -> str:
    """19:00"""
    return f"{wall_clock(moment, zone):%H:%M}"


def day(day: date) -> str:
    """Sunday 29 November"""
    return f"{day:%A} {day.day} {day:%B}"


def full_day(moment: datetime, zone: str, now: datetime) -> str:
    """Sunday 29 November, with the year where it is not this one."""
    local, today = wall_clock(moment, zone), wall_clock(now, zone)
    return day(local.date()) + (f" {local.year}" if local.year != today.year else "")


def near_day(moment: datetime, zone: str, now: datetime) -> str:
    """tonight, today, tomorrow, a weekday in the coming week, else the full day."""
    local, today = wall_clock(moment, zone), wall_clock(now, zone).date()
    ahead = (local.date() - today).days
    if ahead == 0:
        return "tonight" if local.hour >= 18 else "today"
    if ahead == 1:
        return "tomorrow evening" if local.hour >= 18 else "tomorrow"
    if 1 < ahead < 7:
        return f"on {local:%A}"
    return f"on {full_day(moment, zone, now)}"


def ago(moment: datetime, zone: str, now: datetime) -> str:
    """just now, 3 minutes ago, an hour ago, yesterday, on Sunday 7 March"""
    minutes = int((now - moment).total_seconds() // 60)
    days = (wall_clock(now, zone).date() - wall_clock(moment, zone).date()).days
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    if days == 0 or minutes < 6 * 60:
        return "an hour ago" if minutes < 120 else f"{minutes // 60} hours ago"
    return "yesterday" if days == 1 else f"on {full_day(moment, zone, now)}"


def span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """19:00 to 19:45"""
    return f"{clock(starts_at, zone)} to {clock(ends_at, zone)}"


def length(duration: timedelta) -> str:
    """45 minutes, an hour and a half, three hours"""
    minutes = int(duration.total_seconds() // 60)
    if minutes in MINUTES_IN_WORDS:
        return MINUTES_IN_WORDS[minutes]
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hours" if hours > 1 else "1 hour" if hours else "", f"{rest} minutes" if rest else ""]
    return " ".join(part for part in parts if part)


def city(zone: str) -> str:
    """Madrid, for Europe/Madrid"""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def weekday(moment: datetime, zone: str) -> str:
    """Sunday"""
    return f"{wall_clock(moment, zone):%A}"
