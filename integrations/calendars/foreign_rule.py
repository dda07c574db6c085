"""Which foreign recurrence rules are expanded at all: those whose cost is known beforehand."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime
from math import prod

RULE_LIMIT = 500
INTERVAL_LIMIT = 1000
A_DAY_AT_MOST = 4
LEAP_YEAR = 2028
LONGEST_MONTH = 31

_NUMBERS = r"[+-]?\d{1,3}(?:,[+-]?\d{1,3}){0,60}"
_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"\d{1,4}",
    "COUNT": r"-?\d{1,7}",
    "UNTIL": r"\d{8}(?:T\d{6}Z?)?",
    "WKST": r"MO|TU|WE|TH|FR|SA|SU",
    "BYDAY": r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)){0,60}",
    **dict.fromkeys(
        ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND"), _NUMBERS
    ),
}
_MONTH_DAYS = frozenset({"DAILY", "MONTHLY", "YEARLY"})


def bounded(text: str, starts: datetime) -> dict[str, str] | None:
    """The rule's parts, if it comes a few times a day at most and is known to come at all; else None.

    A rule that never comes true would be looked for until the year 9999.
    """
    rule: dict[str, str] = {}
    for part in "".join(text[: RULE_LIMIT + 1].upper().split()).rstrip(";").split(";"):
        name, _, value = part.partition("=")
        if name in rule or re.fullmatch(_PARTS.get(name, r"(?!)"), value) is None:
            return None
        rule[name] = value
    if int(rule.get("COUNT", "1")) < 1:
        del rule["COUNT"]  # some programs write -1 for 'for ever'
    return rule if len(text) <= RULE_LIMIT and "FREQ" in rule and _is_bounded(rule, starts) else None


def _is_bounded(rule: Mapping[str, str], starts: datetime) -> bool:
    frequency, interval = rule["FREQ"], int(rule.get("INTERVAL", "1"))
    if not 1 <= interval <= INTERVAL_LIMIT:
        return False
    if prod(len(_numbers(rule, name)) or 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND")) > A_DAY_AT_MOST:
        return False
    if frequency != "YEARLY" and ("BYYEARDAY" in rule or "BYWEEKNO" in rule):
        return False
    if frequency not in _MONTH_DAYS and "BYMONTHDAY" in rule:
        return False
    if "BYSETPOS" in rule and frequency not in {"MONTHLY", "YEARLY"}:
        return False
    if frequency == "MONTHLY" and any(abs(place) > LONGEST_MONTH for place in _numbers(rule, "BYSETPOS")):
        return False
    if frequency == "DAILY" and "BYDAY" in rule and interval % 7 == 0:
        return False
    return _has_a_day(rule, starts)


def _has_a_day(rule: Mapping[str, str], starts: datetime) -> bool:
    """Whether any of its months has any of its days."""
    months = _numbers(rule, "BYMONTH") or list(range(1, 13))
    days = _numbers(rule, "BYMONTHDAY")
    if rule["FREQ"] == "MONTHLY" and not days and "BYDAY" not in rule:
        days = [starts.day]
    if not all(1 <= month <= 12 for month in months):
        return False
    return not days or any(0 < abs(day) <= monthrange(LEAP_YEAR, month)[1] for day in days for month in months)


def _numbers(rule: Mapping[str, str], name: str) -> list[int]:
    return [int(number) for number in rule[name].split(",")] if name in rule else []
