"""Whatever stands in a calendar: our reading and writing of it ends, and ends well."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.calendars.icalendar.lines import BrokenIcsError, parse
from integrations.calendars.icalendar.merging import merged
from integrations.calendars.icalendar.reading import series_in, timetable
from tests.contracts.calendar import CHANGED, SUNDAYS

TIMES = [
    *("20270314T190000", "20270314T180000Z", "20270314", "00010101T000000Z", "99991231T235959Z", "20270230T990000"),
    *("", "soon", "20270314T190000,20270321T190000", "P1D", "20270328T023000", "-20270314T190000Z"),
]
ZONES = ["", ";TZID=Europe/Madrid", ";TZID=Nowhere", ";TZID=", ";VALUE=DATE", ';TZID="a;b"', ";TZID=UTC", ";X"]
RULES = [
    *("FREQ=WEEKLY", "FREQ=SECONDLY", "FREQ=DAILY;UNTIL=99991231T235959Z", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ""),
    *("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=52", "FREQ=WEEKLY;UNTIL=0", "FREQ=DAILY;UNTIL=00010101", "A=B;;=", "FREQ"),
    *("FREQ=WEEKLY;COUNT=1000;BYDAY=SU", "FREQ=WEEKLY;COUNT=99999999999999999999", "FREQ=DAILY;UNTIL=21991231"),
]
timed = st.builds(
    "{}{}:{}".format,
    st.sampled_from(["DTSTART", "DTEND", "EXDATE", "RECURRENCE-ID", "RDATE", "X-SIDE-BY-SIDE-STARTS"]),
    st.sampled_from(ZONES),
    st.sampled_from(TIMES),
)
lines = st.one_of(
    timed,
    st.builds("RRULE:{}".format, st.sampled_from(RULES)),
    st.builds("DURATION:{}".format, st.sampled_from(["PT45M", "P9999W", "P", "-PT1H", "PT", "P1Y", ""])),
    st.builds("SEQUENCE:{}".format, st.sampled_from(["-1", "9" * 400, "²", "x"])),
    st.builds(
        "X-SIDE-BY-SIDE-WRITTEN:{}".format, st.sampled_from(["", "e30", "bnVsbA", "W10", "****", "eyJ1aWQiOjF9"])
    ),
    st.sampled_from(
        ["STATUS:CANCELLED", "BEGIN:VALARM", "END:VALARM", "BEGIN:VEVENT", "END:VEVENT", f"UID:{SUNDAYS.uid}"]
    ),
)
OURS = merged(CHANGED, None).decode().replace("\r\n ", "").split("\r\n")


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, len(OURS) - 1), lines, st.booleans()), min_size=1, max_size=6))
@example([(0, "BEGIN:VEVENT", False)])
def test_our_event_with_anything_in_it_is_read_and_written(changes: list[tuple[int, str, bool]]) -> None:
    found = list(OURS)
    for at, line, replaces in changes:
        found[at : at + 1 if replaces else at] = [line]
    try:
        calendar = parse("\r\n".join(found).encode())
    except BrokenIcsError:
        return
    series = series_in(calendar)
    if series is not None:
        timetable(series)
    again = series_in(parse(merged(CHANGED, calendar)))
    assert again is not None
    assert timetable(again) == CHANGED.timetable
