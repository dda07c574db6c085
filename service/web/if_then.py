"""The if-then line: its beginning is proposed from the time, the rest is theirs."""

import re
from datetime import time

from rituals.recurrence import Recurrence
from rituals.rule import Frequency, Rule, Weekday

HOURS = ("twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
WORKING = frozenset(list(Weekday)[:5])
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
UNFINISHED = re.compile(r"\s*if it is [^,]{1,80}, we\W*", re.IGNORECASE)


def beginning(recurrence: Recurrence) -> str:
    """If it is Sunday at seven, we"""
    day = _day(recurrence)
    hour = spoken(recurrence.starts.time())
    return f"If it is {f'{day} at ' if day else ''}{hour}, we "


def finished(line: str) -> str:
    """The line, or nothing where only its beginning was left standing."""
    return "" if UNFINISHED.fullmatch(line) else line


def spoken(clock: time) -> str:
    """seven; 07:30 where the hour is not whole"""
    if clock.minute:
        return f"{clock:%H:%M}"
    if clock.hour in (0, 12):
        return "noon" if clock.hour else "midnight"
    return HOURS[clock.hour % 12]


def _day(recurrence: Recurrence) -> str:
    rule = recurrence.rule
    if rule is None:
        return f"{recurrence.starts:%A}"
    match rule.frequency:
        case Frequency.WEEKLY:
            return _of_the_week(rule, recurrence)
        case Frequency.MONTHLY:
            return _of_the_month(rule)
        case _:
            return ""


def _of_the_week(rule: Rule, recurrence: Recurrence) -> str:
    days = {day.weekday for day in rule.days} or {Weekday.of(recurrence.starts)}
    if days == WORKING:
        return "a weekday"
    names = [day.name.capitalize() for day in sorted(days, key=lambda day: day.number)]
    return " or ".join(names) if len(names) < 3 else ""


def _of_the_month(rule: Rule) -> str:
    for day in rule.days:
        if len(rule.days) == 1 and day.nth in ORDINALS:
            return f"the {ORDINALS[day.nth]} {day.weekday.name.capitalize()} of the month"
    return ""
