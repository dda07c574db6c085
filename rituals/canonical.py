"""One way to say a recurrence that can be said in several: calendar programs rewrite what they are given."""

from dataclasses import replace
from datetime import timedelta

from rituals.recurrence import Recurrence
from rituals.rule import Day, Frequency, Rule, Weekday

LOOKED_BACK = (timedelta(days=32), timedelta(days=366), timedelta(days=366 * 60))
EVERY_DAY = frozenset(map(Day, Weekday))


def canonical(recurrence: Recurrence) -> Recurrence:
    """Two recurrences that give the same dates for the usual reasons become equal.

    Days that DTSTART implies are said, an end is the last start before it. Raises RecurrenceError where the
    rule gives no date at all.
    """
    first = recurrence.normalised()
    if first.rule is None:
        return first
    said = replace(first, rule=_plain(_outright(first.rule, first)))
    return replace(said, rule=_ending(said, said.rule)) if said.rule is not None else said


def _outright(rule: Rule, recurrence: Recurrence) -> Rule:
    if rule.days or rule.month_days:
        return rule
    if rule.frequency is Frequency.WEEKLY:
        return replace(rule, days=frozenset({Day(Weekday.of(recurrence.starts))}))
    if rule.frequency is Frequency.MONTHLY:
        return replace(rule, month_days=frozenset({recurrence.starts.day}))
    return rule


def _plain(rule: Rule) -> Rule:
    """The same with fewer words."""
    if rule.frequency is Frequency.DAILY and rule.days and rule.interval == 1:
        rule = replace(rule, frequency=Frequency.WEEKLY)
    if rule.frequency is Frequency.WEEKLY and rule.days == EVERY_DAY and rule.interval == 1:
        rule = replace(rule, frequency=Frequency.DAILY, days=frozenset())
    if len(rule.days) == 1 and len(rule.positions) == 1 and not rule.month_days:
        (day,), (position,) = rule.days, rule.positions
        if day.nth == 0 and -5 <= position <= 5:
            rule = replace(rule, days=frozenset({Day(day.weekday, position)}), positions=frozenset())
    if rule.frequency is not Frequency.WEEKLY or rule.interval == 1 or len(rule.days) == 1:
        rule = replace(rule, week_start=Weekday.MONDAY)
    return rule


def _ending(recurrence: Recurrence, rule: Rule) -> Rule:
    if rule.until is None:
        return rule
    for span in LOOKED_BACK:
        last = max(
            (one.starts_at for one in recurrence.instances(after=rule.until - span, until=rule.until)), default=None
        )
        if last is not None:
            return replace(rule, until=last)
    return rule
