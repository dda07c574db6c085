"""A plan as iCalendar, in a feed, on a server and in invitations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rituals.ics import Event, Override, cancel, feed, request, resource
from tests.ics_lint import parse
from tests.ics_samples import ATTENDEE, MADE, ORGANIZER, SINCE, SKIPPED_AND_MOVED, ZONES, events, override, plan, value


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


RULES = ["FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY"]


@settings(deadline=None, max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    rule=st.sampled_from(RULES),
    starts=st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),
    minutes=st.integers(1, 24 * 60),
    moves=st.lists(st.none() | st.datetimes(datetime(2025, 1, 1), datetime(2032, 1, 1)), max_size=6),
)
def test_every_plan_is_written_without_fault(zone, rule, starts, minutes, moves):
    event = plan(starts.strftime("%Y-%m-%dT%H:%M"), rule, zone, minutes)
    coming = event.recurrence.upcoming(datetime(2024, 1, 1, tzinfo=UTC), len(moves))
    moved = (move.replace(second=0, microsecond=0) if move else None for move in moves)
    overrides = tuple(Override(each.original_starts, to, 3, MADE) for each, to in zip(coming, moved, strict=True))
    event = replace(event, overrides=overrides)
    assert events(feed([event], name="Ours", since=SINCE))
    assert events(request(event, organizer=ORGANIZER, attendee=ATTENDEE))
    assert events(resource(event))
