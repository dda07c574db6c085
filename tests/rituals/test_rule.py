"""The grammar of recurrence rules."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rituals.rule import Day, Frequency, RecurrenceError, Rule, Weekday


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=2",
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=WEEKLY;INTERVAL=52;BYDAY=TU,SU;COUNT=1000",
        "FREQ=WEEKLY;BYDAY=SU;UNTIL=20270328T170000Z",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=-1FR,1SA",
        "FREQ=MONTHLY;BYMONTHDAY=-1,31",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=YEARLY;INTERVAL=5",
    ],
)
def test_a_rule_of_the_grammar_is_read_and_written_back(text: str):
    assert str(Rule.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("freq=weekly;byday=su", "FREQ=WEEKLY;BYDAY=SU"),
        ("INTERVAL=1;FREQ=DAILY", "FREQ=DAILY"),
        ("FREQ=WEEKLY;BYDAY=SU,MO,SU", "FREQ=WEEKLY;BYDAY=MO,SU"),
        ("FREQ=MONTHLY;BYDAY=+1SA", "FREQ=MONTHLY;BYDAY=1SA"),
        ("FREQ=WEEKLY;WKST=MO;COUNT=03", "FREQ=WEEKLY;COUNT=3"),
    ],
)
def test_rules_that_mean_the_same_are_written_the_same(text: str, canonical: str):
    assert str(Rule.parse(text)) == canonical
    assert Rule.parse(text) == Rule.parse(canonical)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "FREQ",
        "FREQ=",
        "SUNDAYS",
        "RRULE:FREQ=DAILY",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY",
        "INTERVAL=2",
        "FREQ=DAILY;",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=1;INTERVAL=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=53",
        "FREQ=DAILY;INTERVAL=1.5",
        "FREQ=DAILY;INTERVAL=²",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;BYMINUTE=3",
        "FREQ=YEARLY;BYMONTH=3",
        "FREQ=YEARLY;BYWEEKNO=3",
        "FREQ=YEARLY;BYDAY=MO",
        "FREQ=YEARLY;BYMONTHDAY=3",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=MO,,TU",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=1FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;COUNT=3;UNTIL=20270328T170000Z",
        "FREQ=DAILY;UNTIL=20270328",
        "FREQ=DAILY;UNTIL=20270328T170000",
        "FREQ=DAILY;UNTIL=20270230T170000Z",
        "FREQ=DAILY;UNTIL=00010101T000000Z",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;WKST=XX",
        "FREQ=DAILY\r\nX:1",
        "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 100),
    ],
)
def test_everything_else_is_refused_with_a_sentence(text: str):
    with pytest.raises(RecurrenceError, match=r"^[A-Z].*\.$"):
        Rule.parse(text)


def test_a_rule_can_be_built_from_values_under_the_same_checks():
    rule = Rule(Frequency.MONTHLY, days=frozenset({Day(Weekday.FRIDAY, -1)}))
    assert str(rule) == "FREQ=MONTHLY;BYDAY=-1FR"
    with pytest.raises(RecurrenceError):
        Rule(Frequency.DAILY, interval=0)
    with pytest.raises(RecurrenceError):
        Rule(Frequency.DAILY, until=datetime(2027, 1, 1))
    assert str(Rule(Frequency.DAILY, until=datetime(2027, 1, 1, tzinfo=UTC))) == "FREQ=DAILY;UNTIL=20270101T000000Z"


@given(st.text(alphabet="FREQ=DAILYWKMONTHSUBP;,0123456789+-", max_size=60) | st.text(max_size=220))
def test_any_text_is_a_rule_that_round_trips_or_an_error(text: str):
    try:
        rule = Rule.parse(text)
    except RecurrenceError:
        return
    assert Rule.parse(str(rule)) == rule
