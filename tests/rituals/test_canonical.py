"""One way to say a recurrence that programs say in several."""

from datetime import datetime, timedelta

import pytest

from rituals.canonical import canonical
from rituals.recurrence import Recurrence, RecurrenceError
from rituals.rule import Rule

SATURDAY = datetime(2028, 1, 1, 19)


def at(rule: str | None, starts: datetime = SATURDAY) -> Recurrence:
    return Recurrence(starts, "Europe/Madrid", timedelta(hours=1), Rule.parse(rule) if rule else None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SA"),
        ("FREQ=WEEKLY;BYDAY=SA", "FREQ=WEEKLY;BYDAY=SA;WKST=SU"),
        ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"),
        ("FREQ=DAILY;BYDAY=SA,SU", "FREQ=WEEKLY;BYDAY=SU,SA"),
        ("FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1SA"),
        ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=-1SA"),
        ("FREQ=WEEKLY;UNTIL=20280301T000000Z", "FREQ=WEEKLY;UNTIL=20280226T180000Z"),
        ("FREQ=YEARLY;UNTIL=20400301T000000Z", "FREQ=YEARLY;UNTIL=20400101T180000Z"),
    ],
)
def test_two_ways_to_say_it_are_one(one: str, other: str) -> None:
    assert canonical(at(one)) == canonical(at(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SU"),
        ("FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2"),
        ("FREQ=WEEKLY", None),
        ("FREQ=DAILY;BYDAY=SA;INTERVAL=2", "FREQ=WEEKLY;BYDAY=SA;INTERVAL=2"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU"),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1SA,1SU"),
        ("FREQ=WEEKLY;UNTIL=20280301T000000Z", "FREQ=WEEKLY;UNTIL=20280226T175959Z"),
        ("FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;COUNT=3"),
    ],
)
def test_what_differs_stays_different(one: str, other: str | None) -> None:
    assert canonical(at(one)) != canonical(at(other))


def test_a_start_that_the_rule_does_not_have_is_the_next_one_that_it_has() -> None:
    assert canonical(at("FREQ=WEEKLY;BYDAY=SU")) == canonical(at("FREQ=WEEKLY", datetime(2028, 1, 2, 19)))


def test_a_rule_without_any_date_has_no_way_to_say_it() -> None:
    with pytest.raises(RecurrenceError):
        canonical(at("FREQ=WEEKLY;UNTIL=20270101T000000Z"))
