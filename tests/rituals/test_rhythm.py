"""A rule in words, and from a form to a rule."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rituals.recurrence import Recurrence
from rituals.rhythm import Ends, Every, MonthMode, Rhythm, words
from rituals.rule import RecurrenceError, Rule, Weekday

MADRID = "Europe/Madrid"
SUNDAY = datetime(2027, 3, 14, 19)
LAST_FRIDAY = datetime(2027, 2, 26, 19)
"""Which is also the fourth."""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=2", "every 2 days"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=DAILY;BYDAY=MO,TH", "on Mondays and Thursdays"),
        ("FREQ=DAILY;INTERVAL=3;BYDAY=MO,TH", "every 3 days when it is a Monday or Thursday"),
        ("FREQ=WEEKLY", "on Sundays"),
        ("FREQ=WEEKLY;BYDAY=SU", "on Sundays"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "on Mondays, Wednesdays and Fridays"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2", "every 2 weeks on Sunday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "every 2 weeks on Monday and Sunday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", "every 2 weeks on weekdays"),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every 3 weeks on all seven days"),
        ("FREQ=MONTHLY", "on the 14th of the month"),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months on the 14th"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,22", "on the 1st and 22nd of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,2,3", "on the 1st, 2nd and 3rd of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "on the 31st of the month, where there is one"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "on the last day of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", "on the 1st and the last day of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "on the last but one day of the month"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1", "every 2 months on the last day"),
        ("FREQ=MONTHLY;BYDAY=1SA", "on the first Saturday of the month"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "on the last Friday of the month"),
        ("FREQ=MONTHLY;BYDAY=-3FR", "on the third from last Friday of the month"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "every 2 months on the last Friday"),
        ("FREQ=MONTHLY;BYDAY=1SA,3SA", "on the first Saturday and the third Saturday of the month"),
        ("FREQ=MONTHLY;BYDAY=MO", "on Mondays"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO", "on Mondays, every 2 months"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "on the last weekday of the month"),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", "on the first day of the weekend of the month"),
        ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=1,-1", "on the first and last Saturday of the month"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "on the 13th of the month when it is a Friday"),
        ("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=1,2,3", "on the 1st, 2nd or 3rd of the month when it is a Saturday"),
        (
            "FREQ=MONTHLY;BYDAY=1SA,1SU;BYSETPOS=1",
            "every month on the first of: the first Saturday and the first Sunday",
        ),
        ("FREQ=YEARLY", "every year on 14 March"),
        ("FREQ=YEARLY;INTERVAL=5", "every 5 years on 14 March"),
        ("FREQ=WEEKLY;UNTIL=20270328T170000Z", "on Sundays until 28 March 2027"),
        ("FREQ=WEEKLY;UNTIL=20270328T165959Z", "on Sundays until 27 March 2027"),
        ("FREQ=WEEKLY;COUNT=10", "on Sundays, 10 times"),
        ("FREQ=WEEKLY;COUNT=2", "on Sundays, twice"),
        ("FREQ=WEEKLY;COUNT=1", "once"),
    ],
)
def test_a_rule_in_words(rule: str, expected: str):
    assert words(Rule.parse(rule), SUNDAY, zone=MADRID) == expected


def test_no_rule_is_once():
    assert words(None, SUNDAY, zone=MADRID) == "once"


def test_a_birthday_on_the_29th_of_february():
    assert words(Rule.parse("FREQ=YEARLY"), datetime(2028, 2, 29, 9), zone=MADRID) == (
        "every year on 29 February in leap years"
    )


@pytest.mark.parametrize(
    ("rhythm", "starts", "rule"),
    [
        (Rhythm(Every.DAY), SUNDAY, "FREQ=DAILY"),
        (Rhythm(Every.DAY, 3), SUNDAY, "FREQ=DAILY;INTERVAL=3"),
        (Rhythm(Every.WEEK), SUNDAY, "FREQ=WEEKLY;BYDAY=SU"),
        (Rhythm(Every.WEEK, 2, frozenset({Weekday.MONDAY})), SUNDAY, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        (Rhythm(Every.MONTH), SUNDAY, "FREQ=MONTHLY;BYMONTHDAY=14"),
        (Rhythm(Every.MONTH, month_mode=MonthMode.WEEKDAY), SUNDAY, "FREQ=MONTHLY;BYDAY=2SU"),
        (Rhythm(Every.MONTH, month_mode=MonthMode.WEEKDAY), LAST_FRIDAY, "FREQ=MONTHLY;BYDAY=4FR"),
        (Rhythm(Every.MONTH, month_mode=MonthMode.LAST_WEEKDAY), LAST_FRIDAY, "FREQ=MONTHLY;BYDAY=-1FR"),
        (Rhythm(Every.YEAR), SUNDAY, "FREQ=YEARLY"),
        (Rhythm(Every.DAY, ends=Ends.AFTER, times=5), SUNDAY, "FREQ=DAILY;COUNT=5"),
        (Rhythm(Every.DAY, ends=Ends.ON, until=date(2027, 3, 28)), SUNDAY, "FREQ=DAILY;UNTIL=20270328T170000Z"),
    ],
)
def test_choices_in_a_form_make_a_rule_and_come_back_from_it(rhythm: Rhythm, starts: datetime, rule: str):
    made = rhythm.rule(starts, zone=MADRID)
    assert str(made) == rule
    again = Rhythm.from_rule(made, starts, zone=MADRID)
    assert again is not None
    assert again.rule(starts, zone=MADRID) == made


def test_the_fifth_weekday_of_a_month_is_its_last():
    rule = Rhythm(Every.MONTH, month_mode=MonthMode.WEEKDAY).rule(datetime(2027, 1, 29, 19), zone=MADRID)
    assert str(rule) == "FREQ=MONTHLY;BYDAY=-1FR"


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati", MADRID])
@pytest.mark.parametrize("hour", [0, 9, 23])
def test_the_last_day_is_included_wherever_one_lives(zone: str, hour: int):
    starts, last = datetime(2027, 3, 1, hour), date(2027, 3, 20)
    rule = Rhythm(Every.DAY, ends=Ends.ON, until=last).rule(starts, zone=zone)
    plan = Recurrence(starts=starts, zone=zone, duration=timedelta(hours=1), rule=rule)
    assert plan.upcoming(datetime(2027, 1, 1, tzinfo=UTC), 99)[-1].original_starts.date() == last
    assert words(rule, starts, zone=zone).endswith("until 20 March 2027")
    again = Rhythm.from_rule(rule, starts, zone=zone)
    assert again is not None
    assert again.until == last


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=3;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=-2SU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
    ],
)
def test_a_rule_beyond_the_form_is_not_bent_to_fit_it(rule: str):
    assert Rhythm.from_rule(Rule.parse(rule), SUNDAY, zone=MADRID) is None


@pytest.mark.parametrize(
    ("rule", "weekdays"), [("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", 5), ("FREQ=WEEKLY;WKST=SU", 1), ("FREQ=WEEKLY", 1)]
)
def test_two_ways_to_say_the_same_come_to_one(rule: str, weekdays: int):
    rhythm = Rhythm.from_rule(Rule.parse(rule), SUNDAY, zone=MADRID)
    assert rhythm is not None
    assert (rhythm.every, len(rhythm.weekdays)) == (Every.WEEK, weekdays)


@pytest.mark.parametrize(
    "rhythm",
    [
        Rhythm(Every.DAY, 0),
        Rhythm(Every.DAY, 53),
        Rhythm(Every.DAY, ends=Ends.AFTER),
        Rhythm(Every.DAY, ends=Ends.AFTER, times=1001),
        Rhythm(Every.DAY, ends=Ends.ON),
        Rhythm(Every.DAY, ends=Ends.ON, until=date(2027, 3, 13)),
        Rhythm(Every.DAY, ends=Ends.ON, until=date(9999, 12, 31)),
    ],
)
def test_choices_that_do_not_fit_are_refused_with_a_sentence(rhythm: Rhythm):
    with pytest.raises(RecurrenceError, match=r"^[A-Z].*\.$"):
        rhythm.rule(SUNDAY, zone=MADRID)


DAYS = st.sampled_from(
    ["", ";BYDAY=MO", ";BYDAY=1SA,-1FR", ";BYMONTHDAY=1,-1", ";BYDAY=SA,SU;BYSETPOS=2", ";BYSETPOS=1"]
)


@given(frequency=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), days=DAYS, interval=st.integers(1, 52))
def test_every_rule_has_words(frequency: str, days: str, interval: int):
    try:
        rule = Rule.parse(f"FREQ={frequency};INTERVAL={interval}{days}")
    except RecurrenceError:
        return
    text = words(rule, SUNDAY, zone=MADRID)
    assert text.startswith(("every ", "on "))
    assert ("every" in text) or interval == 1
