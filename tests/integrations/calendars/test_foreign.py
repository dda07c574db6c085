"""When somebody is taken, by calendar files as they are found in the world, and by hostile ones."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.calendars.foreign import COMPONENTS_AT_MOST, SIZE_LIMIT, busy_times
from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.stretch import Stretch

SINCE, UNTIL = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 10, tzinfo=UTC)
MEETING = "UID:m\nDTSTART:20270310T090000Z\nDTEND:20270310T100000Z"
HELD = ["03-10 09:00/03-10 10:00"]
SUNDAYS = "UID:s\nDTSTART;TZID=Europe/Madrid:20270314T190000\nDURATION:PT45M\n"
ZONE = """BEGIN:VTIMEZONE
TZID:{}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:{}
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
X-ODD:thing
END:DAYLIGHT
END:VTIMEZONE
"""


def file(*events: str, more: str = "") -> bytes:
    inside = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{more}{inside}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def busy(ics: bytes, *, zone: str = "Europe/Madrid", since: datetime = SINCE, until: datetime = UNTIL) -> list[str]:
    found = busy_times(
        ics, starts_at=since, ends_at=until, zone=zone, ours=lambda uid: uid.endswith("@ours"), owner="ana@example.org"
    )
    return [f"{one.starts_at:%m-%d %H:%M}/{one.ends_at:%m-%d %H:%M}" for one in found]


def starts(*events: str, more: str = "") -> list[str]:
    return [one.partition("/")[0] for one in busy(file(*events, more=more))]


FREE = {
    "cancelled": f"{MEETING}\nSTATUS:CANCELLED",
    "transparent": f"{MEETING}\nTRANSP:TRANSPARENT",
    "free in Outlook's words": f"{MEETING}\nX-MICROSOFT-CDO-BUSYSTATUS:FREE",
    "declined by its owner": f"{MEETING}\nATTENDEE;CN=Ana;PARTSTAT=DECLINED:mailto:Ana@example.org",
    "a whole day": "UID:d\nDTSTART;VALUE=DATE:20270310\nDTEND;VALUE=DATE:20270311",
    "one of ours": MEETING.replace("UID:m", "UID:m@ours"),
    "of no length": "UID:z\nDTSTART:20270310T090000Z",
    "outside the window": "UID:o\nDTSTART:20270410T090000Z\nDTEND:20270410T100000Z",
}


@pytest.mark.parametrize("event", FREE.values(), ids=FREE.keys())
def test_what_leaves_its_owner_free(event: str) -> None:
    assert busy(file(event)) == []


BUSY = {
    "tentative": f"{MEETING}\nSTATUS:TENTATIVE",
    "declined by another": f"{MEETING}\nATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.org",
    "an alarm inside": f"{MEETING}\nBEGIN:VALARM\nTRIGGER:-PT15M\nDTSTART:20270311T090000Z\nEND:VALARM",
    "folded lines": "UID:m\nDTSTART:20270310T0\n 90000Z\nDT\n END:20270310T100000Z",
    "small letters": "uid:m\ndtstart:20270310t090000z\ndtend:20270310t100000z",
    "a length": "UID:m\nDTSTART:20270310T090000Z\nDURATION:PT1H",
    "no UID": MEETING.replace("UID:m\n", ""),
    "a floating time": "UID:m\nDTSTART:20270310T100000\nDTEND:20270310T110000",
    "Windows's name": MEETING.replace(":20270310T090000Z", ";TZID=W. Europe Standard Time:20270310T100000"),
    "a maker's prefix": MEETING.replace(
        ":20270310T090000Z", ";TZID=/freeassociation.sourceforge.net/Europe/Madrid:20270310T100000"
    ),
    "an unknown zone": MEETING.replace(":20270310T090000Z", ";TZID=GMT+0100 (mine):20270310T100000"),
    "a zone with bare colons": MEETING.replace(
        ":20270310T090000Z", ";TZID=(UTC+01:00) Brussels, Paris:20270310T100000"
    ),
    "a quoted zone": MEETING.replace(":20270310T090000Z", ';TZID="Europe/Berlin":20270310T100000'),
}


@pytest.mark.parametrize("event", BUSY.values(), ids=BUSY.keys())
def test_what_takes_its_owner(event: str) -> None:
    assert busy(file(event)) == HELD


@pytest.mark.parametrize("mark", ["TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"])
def test_a_whole_day_that_is_marked_takes_it_in_the_owners_zone(mark: str) -> None:
    day = f"UID:d\nDTSTART;VALUE=DATE:20270328\n{mark}"
    assert busy(file(day)) == ["03-27 23:00/03-28 22:00"]


def test_stretches_that_touch_are_one() -> None:
    assert busy(file(MEETING, "UID:n\nDTSTART:20270310T100000Z\nDURATION:PT30M")) == ["03-10 09:00/03-10 10:30"]


def test_a_zone_that_the_file_brings_along_is_used() -> None:
    event = MEETING.replace(":20270310T090000Z", ";TZID=Customized:20270310T100000")
    brought = ZONE.format("Customized", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")
    assert busy(file(event, more=brought), zone="America/New_York") == HELD


def test_a_brought_zone_that_would_take_for_ever_is_the_owners() -> None:
    event = MEETING.replace(":20270310T090000Z", ";TZID=Evil:20270310T100000")
    brought = ZONE.format("Evil", "FREQ=SECONDLY")
    assert busy(file(event, more=brought)) == HELD


def test_floating_times_go_by_the_files_clock() -> None:
    event = "UID:m\nDTSTART:20270310T040000\nDURATION:PT1H"
    assert busy(file(event, more="X-WR-TIMEZONE:America/New_York\n")) == HELD


def test_a_series_in_utc_goes_by_the_files_clock() -> None:
    weekly = "UID:s\nDTSTART:20270314T180000Z\nDURATION:PT45M\nRRULE:FREQ=WEEKLY;COUNT=3"
    assert starts(weekly, more="X-WR-TIMEZONE:Europe/Madrid\n") == ["03-14 18:00", "03-21 18:00", "03-28 17:00"]
    assert starts(weekly) == ["03-14 18:00", "03-21 18:00", "03-28 18:00"]


SERIES = {
    "weekly": ("RRULE:FREQ=WEEKLY", ["03-14 18:00", "03-21 18:00", "03-28 17:00", "04-04 17:00"]),
    "with spaces": ("RRULE:FREQ=WEEKLY; COUNT=2;BYDAY=SU, MO", ["03-14 18:00", "03-15 18:00"]),
    "minus one time": ("RRULE:FREQ=WEEKLY;COUNT=-1;UNTIL=20270321", ["03-14 18:00", "03-21 18:00"]),
    "until its last start": ("RRULE:FREQ=WEEKLY;UNTIL=20270328T170000Z", ["03-14 18:00", "03-21 18:00", "03-28 17:00"]),
    "until a second before": ("RRULE:FREQ=WEEKLY;UNTIL=20270328T165959Z", ["03-14 18:00", "03-21 18:00"]),
    "until a day": ("RRULE:FREQ=WEEKLY;UNTIL=20270321", ["03-14 18:00", "03-21 18:00"]),
    "two rules": ("RRULE:FREQ=WEEKLY;COUNT=2\nRRULE:FREQ=MONTHLY;COUNT=2", ["03-14 18:00", "03-21 18:00"]),
    "a date removed": (
        "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:20270321T180000Z",
        ["03-14 18:00", "03-28 17:00", "04-04 17:00"],
    ),
    "a day removed": ("RRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;VALUE=DATE:20270321", ["03-14 18:00"]),
    "a date added": ("RDATE;TZID=America/New_York:20270330T120000", ["03-14 18:00", "03-30 16:00"]),
    "a period added": ("RDATE;VALUE=PERIOD:20270330T160000Z/PT3H", ["03-14 18:00", "03-30 16:00"]),
}


@pytest.mark.parametrize(("rule", "expected"), SERIES.values(), ids=SERIES.keys())
def test_a_series_is_expanded(rule: str, expected: list[str]) -> None:
    assert starts(SUNDAYS + rule) == expected


def test_an_old_series_still_comes_and_its_first_start_does_not_come_again() -> None:
    old = "UID:s\nDTSTART;TZID=Europe/Madrid:19990104T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
    assert starts(old) == ["03-09 18:00", "03-23 18:00", "04-06 17:00"]


ORIGINALS = {
    "UTC": ":20270328T170000Z",
    "Madrid": ";TZID=Europe/Madrid:20270328T190000",
    "New York": ";TZID=America/New_York:20270328T130000",
    "floating": ":20270328T190000",
    "a date": ";VALUE=DATE:20270328",
}


@pytest.mark.parametrize("original", ORIGINALS.values(), ids=ORIGINALS.keys())
def test_a_moved_date_takes_the_place_of_its_original(original: str) -> None:
    moved = f"UID:s\nRECURRENCE-ID{original}\nDTSTART;TZID=Europe/Madrid:20270405T200000\nDURATION:PT45M"
    expected = ["03-14 18:00", "03-21 18:00", "04-04 17:00", "04-05 18:00"]
    assert starts(SUNDAYS + "RRULE:FREQ=WEEKLY;COUNT=4", moved) == expected


@pytest.mark.parametrize("mark", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_a_cancelled_date_is_free(mark: str) -> None:
    gone = f"UID:s\nRECURRENCE-ID:20270321T180000Z\nDTSTART:20270321T180000Z\nDURATION:PT45M\n{mark}"
    assert starts(SUNDAYS + "RRULE:FREQ=WEEKLY;COUNT=2", gone) == ["03-14 18:00"]


def test_from_a_date_on_all_move() -> None:
    later = (
        "UID:s\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Madrid:20270321T190000\n"
        "DTSTART;TZID=Europe/Madrid:20270321T203000\nDURATION:PT45M"
    )
    expected = ["03-14 18:00", "03-21 19:30", "03-28 18:30", "04-04 18:30"]
    assert starts(SUNDAYS + "RRULE:FREQ=WEEKLY", later) == expected


def test_two_hours_stay_two_hours_when_the_clocks_change() -> None:
    night = "UID:n\nDTSTART;TZID=Europe/Madrid:20270327T010000\nDURATION:PT2H\nRRULE:FREQ=DAILY;COUNT=2"
    assert busy(file(night)) == ["03-27 00:00/03-27 02:00", "03-28 00:00/03-28 02:00"]


def test_a_series_that_reaches_into_the_window_counts_from_its_beginning() -> None:
    nights = "UID:n\nDTSTART:20270228T230000Z\nDURATION:PT2H\nRRULE:FREQ=DAILY;COUNT=1"
    assert busy(file(nights)) == ["03-01 00:00/03-01 01:00"]


def test_published_free_busy_is_read() -> None:
    published = (
        "BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY-TENTATIVE:20270310T090000Z/PT30M,"
        "20270310T093000Z/20270310T100000Z\nFREEBUSY;FBTYPE=FREE:20270311T090000Z/PT1H\nEND:VFREEBUSY\n"
    )
    assert busy(file(more=published)) == HELD


HOSTILE = {
    "every second": f"{SUNDAYS}RRULE:FREQ=SECONDLY",
    "every minute": f"{SUNDAYS}RRULE:FREQ=MINUTELY;COUNT=1000000",
    "every hour": f"{SUNDAYS}RRULE:FREQ=HOURLY",
    "no interval": f"{SUNDAYS}RRULE:FREQ=DAILY;INTERVAL=0",
    "a negative interval": f"{SUNDAYS}RRULE:FREQ=DAILY;INTERVAL=-1",
    "all the minutes of a day": f"{SUNDAYS}RRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3",
    "30 February": f"{SUNDAYS}RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "never a Monday": f"{SUNDAYS}RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "a rule within a rule": f"{SUNDAYS}RRULE:FREQ=DAILY;FREQ=SECONDLY",
    "a rule of an unknown kind": f"{SUNDAYS}RRULE:FREQ=YEARLY;BYEASTER=1",
    "no rule at all": f"{SUNDAYS}RRULE:{'x' * 5000}",
    "a decade, every day": "UID:l\nDTSTART:20200101T000000Z\nDTEND:20300101T000000Z\nRRULE:FREQ=DAILY",
    "ten thousand dates": f"{SUNDAYS}RDATE:{','.join(['20270310T090000Z'] * 10_000)}",
    "no start": "UID:m\nDTEND:20270310T100000Z",
    "a start that is none": "UID:m\nDTSTART:soon\nDTEND:20270310T100000Z",
    "the 45th": "UID:m\nDTSTART:20270345T090000Z\nDURATION:PT1H",
    "before all calendars": "UID:m\nDTSTART:00010101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY",
    "a length beyond all": "UID:m\nDTSTART:20270310T090000Z\nDURATION:P99999999999999999999D",
    "a length that is none": "UID:m\nDTSTART:20270310T090000Z\nDURATION:long",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("event", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_event_is_left_out_and_the_others_are_read(event: str) -> None:
    assert busy(file(event, MEETING)) == HELD


@pytest.mark.parametrize("event", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_but_a_hostile_event_is_odd(event: str) -> None:
    with pytest.raises(CalendarError) as caught:
        busy(file(event))
    assert caught.value.trouble == Trouble.ODD


def test_a_million_instances_are_looked_at_only_where_they_matter() -> None:
    many = "UID:l\nDTSTART:20200101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1000000"
    assert len(busy(file(many))) == 40


def test_a_start_and_an_end_the_wrong_way_round_are_turned() -> None:
    assert busy(file("UID:b\nDTSTART:20270310T100000Z\nDTEND:20270310T090000Z")) == HELD


def test_an_end_long_before_its_start_takes_nothing() -> None:
    assert busy(file("UID:b\nDTSTART:20270310T090000Z\nDTEND:20270301T080000Z", MEETING)) == HELD


def test_an_event_for_ever_takes_the_whole_window() -> None:
    assert busy(file("UID:e\nDTSTART:20200101T000000Z\nDTEND:99991231T235959Z")) == ["03-01 00:00/04-10 00:00"]


WRAPPED = {
    "lone CR": file(MEETING).replace(b"\r\n", b"\r"),
    "LF alone": file(MEETING).replace(b"\r\n", b"\n"),
    "a byte order mark": b"\xef\xbb\xbf" + file(MEETING),
    "NUL": file(MEETING).replace(b"UID:m", b"UID:m\0\0").replace(b"DTSTART", b"DT\0START"),
    "a lone CR in a title": file(f"{MEETING}\nSUMMARY:one\rtwo"),
    "entities": file(f"{MEETING}\nSUMMARY:&lt;!ENTITY lol &#10;BEGIN:VEVENT&#10;&gt;"),
    "not UTF-8": file(f"{MEETING}\nSUMMARY:x").replace(b"SUMMARY:x", b"SUMMARY:\xff\xfe\xe9"),
    "a line of a megabyte": file(f"{MEETING}\nDESCRIPTION:{'a' * 1_000_000}"),
    "never closed": file(MEETING).replace(b"END:VCALENDAR", b"BEGIN:VEVENT\r\nDTSTART:20270311T090000Z"),
    "an event within an event": file(f"UID:out\nDTSTART:20270311T090000Z\nBEGIN:VEVENT\n{MEETING}\nEND:VEVENT"),
    "junk between": file(MEETING).replace(b"UID:m", b"\x01\x02;;;:::\r\n:\r\nUID:m\r\nBEGIN\r\nEND"),
    "two files in one": file(MEETING) + file(MEETING.replace("UID:m", "UID:n")),
}


@pytest.mark.parametrize("ics", WRAPPED.values(), ids=WRAPPED.keys())
def test_a_file_is_read_however_it_is_written(ics: bytes) -> None:
    assert busy(ics) == HELD


UNREADABLE = {
    "nothing": b"",
    "a web page": b"<!doctype html><title>Sign in</title>",
    "random bytes": bytes(range(256)) * 40,
    "too large": b"BEGIN:VCALENDAR\r\n" + b"X" * SIZE_LIMIT,
    "too many events": file(*["UID:m"] * (COMPONENTS_AT_MOST + 1)),
}


@pytest.mark.parametrize("ics", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_calendar_is_odd(ics: bytes) -> None:
    with pytest.raises(CalendarError) as caught:
        busy(ics)
    assert caught.value.trouble == Trouble.ODD


def test_an_empty_calendar_leaves_everything_free() -> None:
    assert busy(file()) == []


LINES = st.sampled_from(
    [
        "DTSTART:20270310T090000Z",
        "DTSTART;VALUE=DATE:20270310",
        "DTSTART;TZID=Nowhere:20270310T090000",
        "DTSTART",
        "DTEND:20270309T100000",
        "DTEND;VALUE=DATE:99991231",
        "DURATION:PT1H",
        "DURATION:-P1D",
        "RRULE:FREQ=WEEKLY;UNTIL=20270401",
        "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=9999999",
        "RRULE:FREQ=DAILY;UNTIL=00010101",
        "RDATE;VALUE=PERIOD:20270310T090000Z/20270310T080000Z,20270311/P1D",
        "EXDATE:20270310T090000,20270317",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270317T090000Z",
        "RECURRENCE-ID:20270317",
        "UID:a",
        "UID:b",
        "TRANSP:OPAQUE",
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
    ]
)


def outcome(ics: bytes) -> list[Stretch] | Trouble:
    try:
        return busy_times(ics, starts_at=SINCE, ends_at=UNTIL, zone="Europe/Madrid", ours=lambda uid: False)
    except CalendarError as error:
        return error.trouble


@settings(max_examples=100)
@given(st.lists(LINES, max_size=25), st.binary(max_size=30))
def test_whatever_stands_there_it_is_read_or_odd(lines: list[str], junk: bytes) -> None:
    inside = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT"]).encode()
    found = outcome(inside + junk + b"\r\nEND:VCALENDAR")
    if isinstance(found, Trouble):
        assert found is Trouble.ODD
    else:
        assert all(SINCE <= one.starts_at < one.ends_at <= UNTIL for one in found)
        assert found == sorted(found, key=lambda one: one.starts_at)
