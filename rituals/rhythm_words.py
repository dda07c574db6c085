"""A recurrence rule in the words of a person: 'every 2 weeks on Sunday, 10 times'."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from rituals.rule import Day, Frequency, Rule, Weekday
from rituals.zone import wall_clock

WORKING = frozenset(list(Weekday)[:5])
WEEKEND = frozenset(list(Weekday)[5:])
ORDINALS = ("", "first", "second", "third", "fourth", "fifth")


def words(rule: Rule | None, starts: datetime, *, zone: str) -> str:
    """How often, fit to stand after 'Dinner without phones': `starts` and `zone` are the plan's own."""
    if rule is None or rule.count == 1:
        return "once"
    return _rhythm(rule, starts) + _end(rule, starts, zone)


def last_day(until: datetime, starts: datetime, zone: str) -> date:
    """The last date on which something starting at the time of `starts` still begins by `until`."""
    local = wall_clock(until, zone)
    return local.date() if local.time() >= starts.time() else local.date() - timedelta(days=1)


def day_and_month(day: date) -> str:
    return f"{day.day} {day:%B}"


def _rhythm(rule: Rule, starts: datetime) -> str:
    match rule.frequency:
        case Frequency.DAILY:
            return _daily(rule)
        case Frequency.WEEKLY:
            return _weekly(frozenset(day.weekday for day in rule.days) or {Weekday.of(starts)}, rule.interval)
        case Frequency.MONTHLY:
            return _monthly(rule, starts)
        case Frequency.YEARLY:
            leap = " in leap years" if (starts.month, starts.day) == (2, 29) else ""
            return f"{_every(rule.interval, 'year')} on {day_and_month(starts)}{leap}"


def _daily(rule: Rule) -> str:
    weekdays = frozenset(day.weekday for day in rule.days)
    if weekdays and rule.interval == 1:
        return _weekly(weekdays, 1)
    return _every(rule.interval, "day") + (f" when it is {_any_of(weekdays)}" if weekdays else "")


def _weekly(weekdays: frozenset[Weekday] | set[Weekday], interval: int) -> str:
    if interval == 1:
        if len(weekdays) == 7:
            return "every day"
        return "every weekday" if weekdays == WORKING else f"on {_join(f'{_name(day)}s' for day in _sorted(weekdays))}"
    if len(weekdays) == 7:
        return f"{_every(interval, 'week')} on all seven days"
    names = "weekdays" if weekdays == WORKING else _join(map(_name, _sorted(weekdays)))
    return f"{_every(interval, 'week')} on {names}"


def _monthly(rule: Rule, starts: datetime) -> str:
    weekdays = frozenset(day.weekday for day in rule.days)
    counted = any(day.nth for day in rule.days)
    if rule.positions:
        return _picked(rule, None if counted or rule.month_days else weekdays)
    if counted:
        return _of_the_month(_nth_weekdays(rule.days), rule.interval)
    if weekdays and not rule.month_days:
        on = _weekly(weekdays, 1)
        return on if rule.interval == 1 else f"{on}, {_every(rule.interval, 'month')}"
    month_days = rule.month_days or frozenset({starts.day})
    if weekdays:
        days = _of_the_month(_month_days(month_days, last="or"), rule.interval)
        return f"{days} when it is {_any_of(weekdays)}"
    rare = len(month_days) == 1 and max(month_days) > 28
    return _of_the_month(_month_days(month_days), rule.interval) + (", where there is one" if rare else "")


def _picked(rule: Rule, weekdays: frozenset[Weekday] | None) -> str:
    """By BYSETPOS: from the weekdays alone, or from a list that no common word names."""
    positions = f"the {_join(map(_position, _in_order(rule.positions)))}"
    if weekdays is not None:
        return _of_the_month(f"{positions} {_kind(weekdays)}", rule.interval)
    listed = _month_days(rule.month_days) if rule.month_days else _nth_weekdays(rule.days)
    only = (
        f" when it is {_any_of(frozenset(day.weekday for day in rule.days))}" if rule.month_days and rule.days else ""
    )
    return f"{_every(rule.interval, 'month')} on {positions} of: {listed}{only}"


def _of_the_month(days: str, interval: int) -> str:
    return f"on {days} of the month" if interval == 1 else f"{_every(interval, 'month')} on {days}"


def _month_days(days: frozenset[int], *, last: str = "and") -> str:
    if min(days) > 0:
        return f"the {_join(map(_short, sorted(days)), last=last)}"
    named = (f"the {_short(day)}" if day > 0 else f"the {_position(day)} day" for day in _in_order(days))
    return _join(named, last=last)


def _nth_weekdays(days: frozenset[Day]) -> str:
    in_order = sorted(days, key=lambda day: (day.nth < 0, day.nth, day.weekday.number))
    return _join(f"{f'the {_position(day.nth)}' if day.nth else 'every'} {_name(day.weekday)}" for day in in_order)


def _end(rule: Rule, starts: datetime, zone: str) -> str:
    if rule.count is not None:
        return ", twice" if rule.count == 2 else f", {rule.count} times"
    if rule.until is None:
        return ""
    last = last_day(rule.until, starts, zone)
    return f" until {day_and_month(last)} {last.year}"


def _every(interval: int, unit: str) -> str:
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _name(weekday: Weekday) -> str:
    return weekday.name.capitalize()


def _kind(weekdays: frozenset[Weekday]) -> str:
    if len(weekdays) == 7:
        return "day"
    if weekdays == WORKING:
        return "weekday"
    return "day of the weekend" if weekdays == WEEKEND else _join(map(_name, _sorted(weekdays)), last="or")


def _any_of(weekdays: frozenset[Weekday]) -> str:
    if weekdays == WORKING:
        return "a weekday"
    return "a " + _join(map(_name, _sorted(weekdays)), last="or")


def _position(nth: int) -> str:
    if nth < 0:
        return {-1: "last", -2: "last but one"}.get(nth) or f"{_ordinal(-nth)} from last"
    return _ordinal(nth)


def _ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else _short(number)


def _short(number: int) -> str:
    teens = 10 < number % 100 < 14
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _in_order(numbers: Iterable[int]) -> list[int]:
    """From the beginning of the month to its end."""
    return sorted(numbers, key=lambda number: (number < 0, number))


def _sorted(weekdays: Iterable[Weekday]) -> list[Weekday]:
    return sorted(weekdays, key=lambda weekday: weekday.number)


def _join(items: Iterable[str], *, last: str = "and") -> str:
    *most, final = items
    return f"{', '.join(most)} {last} {final}" if most else final
