"""The dates that a rule gives in the simulated Google Calendar, over changes of the clocks."""

import pytest

from tests.simulators.google_calendar.resource import Resource, text
from tests.simulators.google_client import Events

MADRID = "Europe/Madrid"


def series(starts: str, zone: str, *lines: str) -> Resource:
    """Half an hour long; `starts` as in 2027-03-07T19:00."""
    hour, minute = int(starts[11:13]), int(starts[14:16])
    ends = f"{starts[:10]}T{hour + (minute + 30) // 60:02}:{(minute + 30) % 60:02}:00"
    return {
        "id": "series1",
        "start": {"dateTime": f"{starts}:00", "timeZone": zone},
        "end": {"dateTime": ends, "timeZone": zone},
        "recurrence": [*lines],
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            series("2027-03-14T19:00", MADRID, "RRULE:FREQ=WEEKLY;COUNT=4"),
            "0314T180000 0321T180000 0328T170000 0404T170000",
            id="seven stays seven in summer",
        ),
        pytest.param(
            series("2027-10-24T19:00", MADRID, "RRULE:FREQ=WEEKLY;COUNT=2"),
            "1024T170000 1031T180000",
            id="and in winter",
        ),
        pytest.param(
            series("2027-03-27T02:30", "Europe/Berlin", "RRULE:FREQ=DAILY;COUNT=3"),
            "0327T013000 0328T013000 0329T003000",
            id="a gap shifts and counts",
        ),
        pytest.param(
            series("2027-10-30T02:30", "Europe/Berlin", "RRULE:FREQ=DAILY;COUNT=3"),
            "1030T003000 1031T003000 1101T013000",
            id="the first of two",
        ),
        pytest.param(
            series("2027-03-14T19:00", MADRID, "RRULE:FREQ=WEEKLY;UNTIL=20270328T170000Z"),
            "0314T180000 0321T180000 0328T170000",
            id="the end is part of it",
        ),
        pytest.param(
            series("2027-03-14T19:00", MADRID, "RRULE:FREQ=WEEKLY;UNTIL=20270328T165959Z"),
            "0314T180000 0321T180000",
            id="a second before the end is not",
        ),
        pytest.param(
            series(
                "2027-03-14T19:00", MADRID, "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Madrid:20270321T190000"
            ),
            "0314T180000 0328T170000 0404T170000",
            id="a date left out counts",
        ),
        pytest.param(
            series("2027-03-14T19:00", MADRID, "RRULE:FREQ=WEEKLY;COUNT=2", "RDATE:20270316T180000Z"),
            "0314T180000 0316T180000 0321T180000",
            id="a date added",
        ),
        pytest.param(
            series("2027-01-29T19:00", MADRID, "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"),
            "0129T180000 0226T180000 0326T180000",
            id="last Fridays",
        ),
        pytest.param(
            series("2027-03-10T19:00", MADRID, "RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20270321T235959Z"),
            "0310T180000 0314T180000 0321T180000",
            id="the start counts though it does not fit",
        ),
    ],
)
def test_a_rule_gives_these_moments(events: Events, event: Resource, expected: str) -> None:
    assert events.insert(event).status == 200
    ids = events.instances("series1").ids
    assert [one.removeprefix("series1_2027") for one in ids] == [f"{one}Z" for one in expected.split()]
    assert all(events.get(one).status == 200 for one in ids)


def test_hours_are_hours_over_a_change_of_the_clocks(events: Events) -> None:
    event = series("2027-03-27T23:00", MADRID, "RRULE:FREQ=DAILY;COUNT=2")
    events.insert({**event, "end": {"dateTime": "2027-03-28T04:00:00", "timeZone": MADRID}})
    first, second = events.instances("series1", timeZone="UTC").items
    assert (text(first, "end", "dateTime"), text(second, "end", "dateTime")) == (
        "2027-03-28T02:00:00Z",
        "2027-03-29T01:00:00Z",
    )


def test_whole_days_are_named_by_their_day(events: Events) -> None:
    days: Resource = {"start": {"date": "2027-03-27"}, "end": {"date": "2027-03-28"}}
    events.insert({"id": "series1", **days, "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]})
    assert events.instances("series1").ids == ["series1_20270327", "series1_20270328"]
    assert events.get("series1_20270328").body["end"] == {"date": "2027-03-29"}


def test_a_rule_without_end_is_listed_up_to_a_limit(events: Events) -> None:
    events.insert(series("2027-03-14T19:00", MADRID, "RRULE:FREQ=DAILY"))
    assert len(events.instances("series1", maxResults="2500").items) == 730
    assert events.get("series1_20371215T180000Z").status == 200
