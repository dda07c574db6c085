"""A plan as iCalendar, in a feed and in invitations, read back by other programs."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from rituals.ics import Event, Override, cancel, feed, request, resource
from rituals.recurrence import Recurrence, Rule, moment
from tests.ics_lint import Component, lint, parse

MADE = datetime(2027, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
SINCE = datetime(2027, 1, 1, tzinfo=UTC)
ORGANIZER, ATTENDEE = "rituals@example.org", "ada@example.net"


def plan(
    starts: str = "2027-03-14T19:00",
    rule: str | None = "FREQ=WEEKLY;BYDAY=SU",
    zone: str = "Europe/Madrid",
    minutes: int = 45,
    **changed: object,
) -> Event:
    length = timedelta(minutes=minutes)
    recurrence = Recurrence(datetime.fromisoformat(starts), zone, length, Rule.parse(rule) if rule else None)
    event = Event(
        uid="plan-7@example.org",
        sequence=2,
        revised_at=MADE,
        recurrence=recurrence,
        summary="Dinner without phones",
        description="Put both phones away.\nThen ask.",
        url="https://example.org/plans/7",
    )
    return replace(event, **changed)


def override(original: str, starts: str | None, sequence: int = 3, revised_at: datetime = MADE) -> Override:
    moved = datetime.fromisoformat(starts) if starts else None
    return Override(datetime.fromisoformat(original), moved, sequence, revised_at)


SKIPPED_AND_MOVED = (
    override("2027-03-21T19:00", None, sequence=3),
    override("2027-03-28T19:00", "2027-04-05T20:00", sequence=4, revised_at=MADE + timedelta(days=1)),
)


def events(data: bytes) -> list[Component]:
    assert lint(data) == []
    return list(parse(data).walk("VEVENT"))


def value(component: Component, name: str) -> str | None:
    found = component.one(name)
    return found.value if found else None


class TestFeed:
    def test_a_series_is_one_event_with_its_rule(self):
        (event,) = events(feed([plan()], name="Ours", since=SINCE))
        start = event.one("DTSTART")
        assert start is not None
        assert (start.params, start.value) == ({"TZID": "Europe/Madrid"}, "20270314T190000")
        assert value(event, "DTEND") == "20270314T194500"
        assert value(event, "RRULE") == "FREQ=WEEKLY;BYDAY=SU"
        assert value(event, "UID") == "plan-7@example.org"
        assert [value(event, name) for name in ("DTSTAMP", "LAST-MODIFIED")] == ["20270101T120000Z"] * 2
        assert [value(event, name) for name in ("STATUS", "TRANSP", "CLASS")] == ["CONFIRMED", "OPAQUE", "PRIVATE"]

    def test_a_skipped_instance_is_taken_out_and_a_moved_one_named_by_its_original_start(self):
        series, moved = events(feed([plan(overrides=SKIPPED_AND_MOVED)], name="Ours", since=SINCE))
        assert value(series, "EXDATE") == "20270321T190000"
        assert value(moved, "RECURRENCE-ID") == "20270328T190000"
        assert (value(moved, "DTSTART"), value(moved, "DTEND")) == ("20270405T200000", "20270405T204500")

    def test_all_components_carry_the_newest_revision(self):
        both = events(feed([plan(overrides=SKIPPED_AND_MOVED)], name="Ours", since=SINCE))
        assert [value(each, "SEQUENCE") for each in both] == ["4", "4"]
        assert [value(each, "DTSTAMP") for each in both] == ["20270102T120000Z"] * 2

    def test_it_says_its_name_its_colour_and_how_often_to_ask(self):
        calendar = parse(feed([plan()], name="Ours, truly", since=SINCE))
        assert value(calendar, "NAME") == value(calendar, "X-WR-CALNAME") == r"Ours\, truly"
        assert value(calendar, "REFRESH-INTERVAL") == value(calendar, "X-PUBLISHED-TTL") == "PT1H"
        assert value(calendar, "COLOR")
        assert value(calendar, "METHOD") is None

    def test_two_renderings_are_the_same_bytes_whatever_the_order(self):
        one, other = plan(overrides=SKIPPED_AND_MOVED), plan(uid="plan-8@example.org", zone="Africa/Cairo")
        turned = plan(overrides=SKIPPED_AND_MOVED[::-1])
        first = feed([one, other], name="Ours", since=SINCE)
        assert first == feed([other, turned], name="Ours", since=SINCE)
        assert first == feed([one, other], name="Ours", since=SINCE + timedelta(days=30))

    def test_a_start_off_the_rule_is_normalised(self):
        (event,) = events(feed([plan(starts="2027-03-12T19:00")], name="Ours", since=SINCE))
        assert value(event, "DTSTART") == "20270314T190000"

    def test_a_plan_in_utc_needs_no_zone(self):
        data = feed([plan(zone="UTC", overrides=SKIPPED_AND_MOVED)], name="Ours", since=SINCE)
        series, moved = events(data)
        assert (value(series, "DTSTART"), value(moved, "RECURRENCE-ID")) == ("20270314T190000Z", "20270328T190000Z")
        assert b"VTIMEZONE" not in data

    @pytest.mark.parametrize("uid", ["plan-7@example.org", "plan-8@example.org"])
    def test_one_zone_is_described_once(self, uid: str):
        data = feed([plan(), plan(uid="other@example.org"), plan(uid=f"more-{uid}")], name="Ours", since=SINCE)
        assert data.count(b"BEGIN:VTIMEZONE") == 1
        assert len(events(data)) == 3

    def test_without_plans_it_is_an_empty_calendar(self):
        assert events(feed([], name="Ours", since=SINCE)) == []

    def test_a_night_over_a_change_of_the_clocks_says_its_length_and_not_its_end(self):
        night = plan("2027-03-28T01:30", "FREQ=WEEKLY;COUNT=3", minutes=90)
        series, first = events(feed([night], name="Ours", since=SINCE))
        assert (value(series, "DTEND"), value(series, "DURATION")) == (None, "PT1H30M")
        assert (value(first, "DTSTART"), value(first, "DTEND")) == ("20270328T003000Z", "20270328T020000Z")


class TestWhatIsOver:
    @pytest.mark.parametrize(
        ("event", "shown"),
        [
            (plan("2027-03-14T19:00", None), True),
            (plan("2027-02-14T19:00", None), False),
            (plan("2027-02-14T19:00", None, overrides=(override("2027-02-14T19:00", "2027-03-20T19:00"),)), True),
            (plan("2027-03-14T19:00", None, overrides=(override("2027-03-14T19:00", "2027-02-20T19:00"),)), False),
            (plan("2027-03-14T19:00", None, overrides=(override("2027-03-14T19:00", None),)), False),
            (plan("2020-03-15T19:00", "FREQ=WEEKLY"), True),
            (plan("2020-03-15T19:00", "FREQ=WEEKLY;COUNT=9"), False),
            (plan("2027-02-07T19:00", "FREQ=WEEKLY;COUNT=2;BYDAY=SU"), False),
        ],
        ids=[
            "once",
            "once, over",
            "once, moved here",
            "once, moved away",
            "once, called off",
            "old and going on",
            "old and over",
            "over two weeks ago",
        ],
    )
    def test_what_is_over_is_left_out(self, event: Event, shown: bool):
        found = events(feed([event], name="Ours", since=datetime(2027, 3, 1, tzinfo=UTC)))
        assert bool(found) == shown
        assert all(value(each, "EXDATE") is value(each, "RECURRENCE-ID") is None for each in found)

    def test_a_series_over_but_for_a_moved_instance_is_shown(self):
        moved = (override("2027-02-14T19:00", "2027-03-20T19:00"),)
        event = plan("2027-02-07T19:00", "FREQ=WEEKLY;COUNT=2;BYDAY=SU", overrides=moved)
        assert len(events(feed([event], name="Ours", since=datetime(2027, 3, 1, tzinfo=UTC)))) == 2

    def test_a_moved_instance_long_past_is_only_taken_out_of_its_series(self):
        (series,) = events(
            feed([plan(overrides=SKIPPED_AND_MOVED)], name="Ours", since=datetime(2027, 6, 1, tzinfo=UTC))
        )
        assert value(series, "EXDATE") == "20270321T190000,20270328T190000"

    def test_an_override_of_what_the_rule_no_longer_has_is_left_out(self):
        lost = (override("2027-03-22T19:00", "2027-03-23T19:00"), override("2027-03-24T19:00", None))
        (series,) = events(feed([plan(overrides=lost)], name="Ours", since=SINCE))
        assert value(series, "EXDATE") is None


class TestNightsOfChange:
    NIGHTLY = plan("2027-01-01T02:30", "FREQ=DAILY;UNTIL=20271231T000000Z", "Europe/Berlin")

    def test_starts_that_are_left_out_or_come_twice_are_told_their_moment(self):
        series, spring, autumn = events(feed([self.NIGHTLY], name="Ours", since=SINCE))
        assert value(series, "EXDATE") is None
        assert (value(spring, "RECURRENCE-ID"), value(spring, "DTSTART")) == ("20270328T023000", "20270328T013000Z")
        assert (value(autumn, "RECURRENCE-ID"), value(autumn, "DTSTART")) == ("20271031T023000", "20271031T003000Z")

    def test_skipped_and_moved_ones_stay_so(self):
        changed = (override("2027-03-28T02:30", None), override("2027-10-31T02:30", "2027-10-31T21:00"))
        series, autumn = events(resource(replace(self.NIGHTLY, overrides=changed)))
        assert value(series, "EXDATE") == "20270328T023000"
        assert value(autumn, "DTSTART") == "20271031T210000"

    def test_one_moved_into_such_a_time_is_told_its_moment_too(self):
        moved = (override("2027-03-21T19:00", "2027-10-31T02:30"),)
        assert value(events(resource(plan(overrides=moved)))[1], "DTSTART") == "20271031T003000Z"


class TestResource:
    def test_it_is_the_plan_alone_with_nobody_invited(self):
        data = resource(plan(overrides=SKIPPED_AND_MOVED))
        assert len(events(data)) == 2
        assert not any(word in data for word in (b"METHOD", b"ATTENDEE", b"ORGANIZER", b"NAME:Ours", b"REFRESH"))


class TestInvitations:
    def test_a_request_goes_from_one_address_to_another(self):
        data = request(plan(), organizer=ORGANIZER, attendee=ATTENDEE)
        (event,) = events(data)
        assert value(parse(data), "METHOD") == "REQUEST"
        assert value(event, "ORGANIZER") == f"mailto:{ORGANIZER}"
        attendee = event.one("ATTENDEE")
        assert attendee is not None
        assert attendee.value == f"mailto:{ATTENDEE}"
        wanted = {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE", "ROLE": "REQ-PARTICIPANT"}
        assert wanted.items() <= attendee.params.items()

    def test_an_update_brings_every_override_again(self):
        series, moved = events(request(plan(overrides=SKIPPED_AND_MOVED), organizer=ORGANIZER, attendee=ATTENDEE))
        assert (value(series, "EXDATE"), value(moved, "RECURRENCE-ID")) == ("20270321T190000", "20270328T190000")
        assert value(series, "SEQUENCE") == "4"

    def test_an_event_that_happens_once_moves_without_a_recurrence_id(self):
        once = plan(rule=None, overrides=(override("2027-03-14T19:00", "2027-03-15T20:00"),))
        (event,) = events(request(once, organizer=ORGANIZER, attendee=ATTENDEE))
        assert (value(event, "DTSTART"), value(event, "RECURRENCE-ID")) == ("20270315T200000", None)

    def test_what_is_called_off_cannot_be_requested(self):
        once = plan(rule=None, overrides=(override("2027-03-14T19:00", None),))
        assert once.called_off
        with pytest.raises(ValueError, match="called off"):
            request(once, organizer=ORGANIZER, attendee=ATTENDEE)
        (event,) = events(cancel(once, organizer=ORGANIZER, attendee=ATTENDEE))
        assert (value(event, "STATUS"), value(event, "SEQUENCE")) == ("CANCELLED", "3")

    def test_a_whole_series_is_cancelled(self):
        data = cancel(plan(overrides=SKIPPED_AND_MOVED), organizer=ORGANIZER, attendee=ATTENDEE)
        (event,) = events(data)
        assert value(parse(data), "METHOD") == "CANCEL"
        assert (value(event, "STATUS"), value(event, "SEQUENCE")) == ("CANCELLED", "4")
        assert value(event, "RECURRENCE-ID") is None

    def test_one_instance_is_cancelled(self):
        (event,) = events(
            cancel(
                plan(overrides=SKIPPED_AND_MOVED),
                organizer=ORGANIZER,
                attendee=ATTENDEE,
                original_starts=datetime(2027, 3, 21, 19),
            )
        )
        assert (value(event, "RECURRENCE-ID"), value(event, "RRULE")) == ("20270321T190000", None)
        assert value(event, "STATUS") == "CANCELLED"

    @pytest.mark.parametrize(
        "address", ["", "ada", "a@b,c@d", "Ada <a@b>", "a@b\r\nX:1", "a@b\x00", "a b@c", "a@b\u2028"]
    )
    def test_only_a_bare_address_is_invited(self, address: str):
        for render in (request, cancel):
            with pytest.raises(ValueError, match="bare address"):
                render(plan(), organizer=ORGANIZER, attendee=address)


HOSTILE = [
    "Dinner\r\nBEGIN:VEVENT\r\nSUMMARY:more",
    "Dinner\nATTENDEE:mailto:eve@example.org",
    "nul\x00bell\x07escape\x1b[2Jdel\x7f c1\x85\x9f",
    "line\u2028paragraph\u2029separators",
    "evil\u202egnp.exe\u2066isolated\u2069",
    'commas, semicolons; colons: back\\slashes \\n and "quotes"',
    "x" * 10_000,
    "🥘" * 2_500,
    "é\u0301" * 200,
    "\ud800 lone surrogate",
    " \t\r\n",
    "",
    "<script>{{ 7 * 7 }}</script>",
]


class TestForeignText:
    @pytest.mark.parametrize("text", HOSTILE, ids=[f"{index}" for index in range(len(HOSTILE))])
    def test_text_stays_text(self, text: str):
        event = plan(summary=text, description=text, overrides=SKIPPED_AND_MOVED)
        for data in (
            feed([event], name=text, since=SINCE),
            request(event, organizer=ORGANIZER, attendee=ATTENDEE),
            cancel(event, organizer=ORGANIZER, attendee=ATTENDEE),
        ):
            found = events(data)
            assert len(found) == (1 if b"METHOD:CANCEL" in data else 2)
            assert {prop.name for prop in found[0].properties} <= KNOWN
            shown = data.decode()
            assert not {"\u202e", "\u2066", "\u2028", "\u2029", "\x00", "\x85"} & set(shown)

    @settings(deadline=None, max_examples=80)
    @given(text=st.text(max_size=300))
    def test_any_text_stays_text(self, text: str):
        (event,) = events(
            feed([plan(summary=text, description=text, url="https://example.org")], name=text, since=SINCE)
        )
        assert {prop.name for prop in event.properties} <= KNOWN

    def test_a_description_keeps_its_lines(self):
        (event,) = events(feed([plan(description="One\r\nTwo\u2028Three, four")], name="Ours", since=SINCE))
        assert value(event, "DESCRIPTION") == r"One\nTwo\nThree\, four"


KNOWN = {"UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "STATUS"}
KNOWN |= {"TRANSP", "CLASS", "RRULE", "EXDATE", "ORGANIZER", "ATTENDEE"}


class TestTheLint:
    GOOD = feed([plan(overrides=SKIPPED_AND_MOVED)], name="Ours", since=SINCE)
    INVITATION = request(plan(), organizer=ORGANIZER, attendee=ATTENDEE)

    @pytest.mark.parametrize(
        ("before", "after", "problem"),
        [
            (b"\r\n", b"\n", "CRLF"),
            (b"SUMMARY:", b"SUMMARY:" + b"x" * 80, "octets"),
            (b"VERSION:2.0\r\n", b"", "VERSION"),
            (b"UID:plan-7@example.org\r\n", b"", "UID"),
            (b"DTEND;TZID=Europe/Madrid:20270314T194500", b"DTEND;TZID=Europe/Madrid:20270314T184500", "not after"),
            (b"RECURRENCE-ID;TZID=Europe/Madrid:20270328T190000", b"RECURRENCE-ID:20270328T170000Z", "RECURRENCE-ID"),
            (b"TZID:Europe/Madrid", b"TZID:Europe/Paris", "not defined"),
            (b"REFRESH-INTERVAL;VALUE=DURATION", b"REFRESH-INTERVAL", "VALUE=DURATION"),
            (b"SUMMARY:Dinner", b"SUMMARY:Din\x07ner", "control"),
            (b"END:VEVENT\r\nEND:VCALENDAR", b"END:VCALENDAR", "ends"),
            (b"CALSCALE:GREGORIAN", b"METHOD:REQUEST", "ORGANIZER"),
        ],
        ids=lambda each: each if isinstance(each, str) else None,
    )
    def test_it_notices(self, before: bytes, after: bytes, problem: str):
        assert before in self.GOOD
        assert any(problem in each for each in lint(self.GOOD.replace(before, after)))

    def test_it_notices_an_invitation_that_cancels(self):
        assert lint(self.INVITATION.replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED")) == [
            "a REQUEST that is CANCELLED"
        ]


ZONES = [
    "Europe/Madrid",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "UTC",
    "America/Santiago",
    "Europe/Dublin",
    "Asia/Jerusalem",
    "Asia/Gaza",
    "Africa/El_Aaiun",
    "America/Havana",
]
UNTIL = datetime(2031, 12, 31, tzinfo=UTC)
PLANS = {
    "weekly": plan(overrides=SKIPPED_AND_MOVED),
    "monthly": plan("2027-01-29T19:00", "FREQ=MONTHLY;BYDAY=-1FR"),
    "31st": plan("2027-01-31T09:00", "FREQ=MONTHLY;BYMONTHDAY=31"),
    "implied 31st": plan("2027-01-31T09:00", "FREQ=MONTHLY;INTERVAL=2"),
    "implied 30th": plan("2027-01-30T09:00", "FREQ=MONTHLY;COUNT=15"),
    "13th and Friday": plan("2027-01-01T09:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"),
    "first and third Saturday": plan("2027-01-02T09:00", "FREQ=MONTHLY;BYDAY=1SA,3SA"),
    "weekdays": plan("2027-01-01T09:00", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=300"),
    "every other weekday": plan("2027-01-01T09:00", "FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;COUNT=300"),
    "last day": plan("2027-01-31T09:00", "FREQ=MONTHLY;BYMONTHDAY=-1"),
    "middle positions": plan("2027-01-01T09:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2,-2"),
    "last weekday": plan("2027-01-29T19:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    "counted": plan("2027-03-14T19:00", "FREQ=WEEKLY;BYDAY=SU;COUNT=4", overrides=SKIPPED_AND_MOVED[:1]),
    "daily with an end": plan("2027-03-01T12:00", "FREQ=DAILY;UNTIL=20280328T170000Z"),
    "in the morning of the change": plan("2027-01-03T05:30", "FREQ=WEEKLY;BYDAY=SU"),
    "every other week from Sunday": plan("2027-01-05T19:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU"),
    "leap day": plan("2028-02-29T19:00", "FREQ=YEARLY"),
    "once": plan("2027-03-14T19:00", None),
    "at half past midnight": plan("2027-01-02T00:30", "FREQ=DAILY;UNTIL=20281231T000000Z"),
    "at half past one": plan("2027-01-02T01:30", "FREQ=DAILY;UNTIL=20281231T000000Z"),
    "at a quarter past two": plan("2027-01-02T02:15", "FREQ=DAILY;UNTIL=20281231T000000Z"),
    "at half past eleven at night": plan("2027-01-02T23:30", "FREQ=DAILY;UNTIL=20281231T000000Z"),
}
NIGHTS = [name for name in PLANS if name.startswith("at ")]
CASES = [(zone, name) for zone in ZONES for name in ("weekly", "daily with an end", "in the morning of the change")]
CASES += [(zone, name) for zone in ZONES for name in NIGHTS]
CASES += [("Europe/Madrid", name) for name in PLANS if name not in {"weekly", "daily with an end", *NIGHTS}]


def in_zone(event: Event, zone: str) -> Event:
    return replace(event, recurrence=replace(event.recurrence, zone=zone))


def expected(event: Event) -> list[tuple[int, int]]:
    """What we say ourselves: the starts of all instances, moved and skipped ones considered, and their ends."""
    changed = {override.original_starts: override.starts for override in event.overrides}
    starts_at = []
    for instance in event.recurrence.instances(after=SINCE, until=UNTIL):
        starts = changed.get(instance.original_starts, instance.original_starts)
        if starts:
            starts_at.append(moment(starts, event.recurrence.zone))
    length = event.recurrence.duration
    return [(int(each.timestamp()), int((each + length).timestamp())) for each in sorted(starts_at)]


def for_other_eyes(event: Event) -> str:
    """Our bytes, the zone renamed, so that a reader has to go by the VTIMEZONE and not by a list of its own."""
    data = feed([event], name="Ours", since=SINCE)
    assert lint(data) == []
    zone = event.recurrence.zone
    return data.decode() if zone == "UTC" else data.decode().replace(zone, f"Here/{zone.replace('/', '-')}")


@pytest.mark.parametrize(("zone", "name"), CASES)
def test_vobject_reads_what_we_mean(zone: str, name: str):
    event = in_zone(PLANS[name], zone)
    calendar = vobject.readOne(for_other_eyes(event))
    moved = {
        each.recurrence_id.value.astimezone(UTC) for each in calendar.vevent_list if hasattr(each, "recurrence_id")
    }
    found = []
    for each in calendar.vevent_list:
        length = each.dtend.value.astimezone(UTC) - each.dtstart.value.astimezone(UTC)
        starts = each.getrruleset(addRDate=True) if hasattr(each, "rrule") else [each.dtstart.value]
        for start in islice((start.astimezone(UTC) for start in starts), 5000):
            if start > UNTIL:
                break
            if start not in moved or hasattr(each, "recurrence_id"):
                found.append((int(start.timestamp()), int((start + length).timestamp())))
    assert sorted(found) == expected(event)


CROSSREAD = Path(__file__).parents[1] / "ics_crossread"


def test_ical_js_reads_what_we_mean():
    node = shutil.which("node")
    places = [folder / "node_modules" / "ical.js" for folder in (CROSSREAD, *CROSSREAD.parents)]
    if node is None or not any(place.exists() for place in places):
        pytest.skip("NOT CROSS-READ by ical.js: needs node, and `npm install` in tests/ics_crossread")
    plans = [in_zone(PLANS[name], zone) for zone, name in CASES]
    asked = [{"ics": for_other_eyes(event), "until": int(UNTIL.timestamp())} for event in plans]
    answer = subprocess.run(
        [node, "expand.mjs"],
        cwd=CROSSREAD,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    read = [[tuple(each) for each in found] for found in json.loads(answer.stdout)]
    assert {
        case: found
        for case, found in zip(CASES, read, strict=True)
        if found != expected(in_zone(PLANS[case[1]], case[0]))
    } == {}
