"""When a plan happens."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from time import perf_counter

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rituals.recurrence import (
    Recurrence,
    RecurrenceError,
    Rule,
    known_zone,
    moment,
    tzdata_version,
    wall_clock,
    zones,
)

MADRID = "Europe/Madrid"
BEFORE = datetime(2026, 12, 1, tzinfo=UTC)


def recurrence(starts: str, rule: str | None, zone: str = MADRID, minutes: int = 45) -> Recurrence:
    return Recurrence(
        starts=datetime.fromisoformat(starts),
        zone=zone,
        duration=timedelta(minutes=minutes),
        rule=Rule.parse(rule) if rule else None,
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def starts_at(plan: Recurrence, count: int, now: datetime = BEFORE) -> list[str]:
    return [f"{instance.starts_at:%Y-%m-%dT%H:%M}" for instance in plan.upcoming(now, count)]


def dates(plan: Recurrence, count: int, now: datetime = BEFORE) -> list[str]:
    return [f"{instance.original_starts:%Y-%m-%d}" for instance in plan.upcoming(now, count)]


class TestWallClockAndMoments:
    SUNDAYS = recurrence("2027-03-14T19:00", "FREQ=WEEKLY;BYDAY=SU")

    def test_sundays_at_seven_stay_at_seven_over_the_spring_change(self):
        assert starts_at(self.SUNDAYS, 4) == [
            "2027-03-14T18:00",
            "2027-03-21T18:00",
            "2027-03-28T17:00",
            "2027-04-04T17:00",
        ]

    def test_and_over_the_autumn_change(self):
        assert starts_at(self.SUNDAYS, 2, utc("2027-10-20")) == ["2027-10-24T17:00", "2027-10-31T18:00"]

    def test_a_partner_in_new_york_reads_their_own_clock(self):
        theirs = [wall_clock(each.starts_at, "America/New_York").hour for each in self.SUNDAYS.upcoming(BEFORE, 3)]
        assert theirs == [14, 14, 13]

    @pytest.mark.parametrize(
        ("day", "expected"),
        [("2027-03-28", "2027-03-28T01:30"), ("2027-10-31", "2027-10-31T00:30")],
        ids=["a time left out shifts forward", "of a time that comes twice it is the first"],
    )
    def test_half_past_two_in_berlin_happens_once_on_the_nights_of_change(self, day: str, expected: str):
        daily = recurrence("2027-01-01T02:30", "FREQ=DAILY", "Europe/Berlin")
        of_that_day = [
            each
            for each in daily.instances(after=utc(day) - timedelta(days=2), until=utc(day) + timedelta(days=2))
            if each.original_starts.date().isoformat() == day
        ]
        assert [f"{each.starts_at:%Y-%m-%dT%H:%M}" for each in of_that_day] == [expected]

    def test_two_hours_stay_two_hours_over_a_change(self):
        (night,) = recurrence("2027-03-28T01:00", None, minutes=120).upcoming(BEFORE, 1)
        assert (night.starts_at, night.ends_at) == (utc("2027-03-28T00:00"), utc("2027-03-28T02:00"))

    @pytest.mark.parametrize(
        ("zone", "local", "expected"),
        [
            ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:45"),
            ("Asia/Kolkata", "2027-07-01T19:00", "2027-07-01T13:30"),
            ("America/Nuuk", "2027-07-01T19:00", "2027-07-01T20:00"),
            ("Europe/Dublin", "2027-07-01T19:00", "2027-07-01T18:00"),
            ("UTC", "2027-07-01T19:00", "2027-07-01T19:00"),
        ],
    )
    def test_zones_of_all_kinds(self, zone: str, local: str, expected: str):
        assert moment(datetime.fromisoformat(local), zone) == utc(expected)

    def test_a_moment_needs_a_naive_time_and_a_wall_clock_an_aware_one(self):
        with pytest.raises(ValueError, match="no zone"):
            moment(BEFORE, MADRID)
        with pytest.raises(ValueError, match="aware"):
            wall_clock(datetime(2027, 1, 1), MADRID)


class TestRules:
    @pytest.mark.parametrize(
        ("starts", "rule", "expected"),
        [
            ("2027-01-29", "FREQ=MONTHLY;BYDAY=-1FR", "01-29 02-26 03-26 04-30"),
            ("2027-01-31", "FREQ=MONTHLY;BYMONTHDAY=31", "01-31 03-31 05-31"),
            ("2027-01-31", "FREQ=MONTHLY", "01-31 03-31 05-31"),
            ("2027-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1", "01-31 02-28 03-31"),
            ("2027-01-02", "FREQ=MONTHLY;BYDAY=1SA", "01-02 02-06 03-06"),
            ("2027-01-01", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "01-29 02-26 03-31"),
            ("2027-01-01", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "08-13"),
            ("2027-01-14", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=14", "01-14 04-14 07-14 10-14"),
            ("2027-01-01", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "01-01 01-04 01-05"),
            ("2027-01-01", "FREQ=DAILY;INTERVAL=3", "01-01 01-04 01-07"),
            ("2027-01-05", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "01-05 01-10 01-19 01-24"),
            ("2027-01-05", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "01-05 01-17 01-19 01-31"),
            ("2027-01-05", None, "01-05"),
        ],
    )
    def test_days(self, starts: str, rule: str | None, expected: str):
        wanted = [f"2027-{day}" for day in expected.split()]
        assert dates(recurrence(f"{starts}T19:00", rule), len(wanted)) == wanted

    def test_the_29th_of_february_comes_every_four_years(self):
        leap = recurrence("2028-02-29T19:00", "FREQ=YEARLY")
        assert dates(leap, 3) == ["2028-02-29", "2032-02-29", "2036-02-29"]
        assert dates(leap, 1, utc("2097-01-01")) == ["2104-02-29"]

    def test_until_counts_the_moment_itself(self):
        sundays = "FREQ=WEEKLY;BYDAY=SU;UNTIL="
        assert dates(recurrence("2027-03-14T19:00", f"{sundays}20270328T170000Z"), 9)[-1] == "2027-03-28"
        assert dates(recurrence("2027-03-14T19:00", f"{sundays}20270328T165959Z"), 9)[-1] == "2027-03-21"

    def test_every_third_week_keeps_its_phase_over_the_years(self):
        plan = recurrence("2015-01-04T19:00", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU")
        (later,) = plan.upcoming(utc("2026-12-01"), 1)
        weeks, rest = divmod((later.original_starts - plan.starts).days, 7)
        assert (weeks % 3, rest) == (0, 0)

    def test_a_count_is_right_in_the_middle_and_at_the_end(self):
        plan = recurrence("2027-03-14T19:00", "FREQ=WEEKLY;BYDAY=SU;COUNT=4")
        assert dates(plan, 9) == ["2027-03-14", "2027-03-21", "2027-03-28", "2027-04-04"]
        assert dates(plan, 9, utc("2027-03-22")) == ["2027-03-28", "2027-04-04"]
        assert dates(plan, 9, utc("2027-04-05")) == []

    def test_includes_knows_the_starts_of_the_rule_alone(self):
        plan = recurrence("2027-03-14T19:00", "FREQ=WEEKLY;BYDAY=SU;UNTIL=20270328T170000Z")
        starts = ["2027-03-14T19:00", "2027-03-28T19:00", "2027-04-04T19:00", "2027-03-21T19:30", "2027-03-07T19:00"]
        assert [plan.includes(datetime.fromisoformat(start)) for start in starts] == [True, True, False, False, False]

    def test_an_interval_of_moments_is_open_at_its_beginning_and_closed_at_its_end(self):
        plan = recurrence("2027-03-14T19:00", "FREQ=WEEKLY;BYDAY=SU")
        found = plan.instances(after=utc("2027-03-14T18:00"), until=utc("2027-03-28T17:00"))
        assert [each.original_starts.day for each in found] == [21, 28]

    def test_any_moments_may_be_asked_for(self):
        plan = recurrence("2027-03-14T19:00", "FREQ=WEEKLY;BYDAY=SU;COUNT=2")
        ends = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
        assert len(list(plan.instances(after=ends[0], until=ends[1]))) == 2
        assert list(plan.instances(after=ends[1], until=ends[0])) == []


class TestBeginnings:
    def test_a_start_off_the_rule_is_normalised_to_the_first_match(self):
        plan = recurrence("2027-03-12T19:00", "FREQ=WEEKLY;BYDAY=SU;COUNT=2")
        assert plan.normalised().starts == datetime(2027, 3, 14, 19)
        assert dates(plan.normalised(), 9) == dates(plan, 9) == ["2027-03-14", "2027-03-21"]

    def test_a_start_on_the_rule_stays(self):
        plan = recurrence("2027-03-14T19:00", "FREQ=WEEKLY;BYDAY=SU")
        assert plan.normalised() == plan

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
            "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
            "FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=1000",
            "FREQ=DAILY;UNTIL=20200101T000000Z",
        ],
    )
    def test_a_rule_without_any_day_is_told_and_not_searched_for_ever(self, rule: str):
        plan = recurrence("2027-06-01T19:00", rule)
        assert plan.upcoming(BEFORE, 3) == []
        with pytest.raises(RecurrenceError, match="no day at all"):
            plan.normalised()

    @pytest.mark.parametrize(
        "change",
        [
            {"duration": timedelta()},
            {"duration": timedelta(hours=24, minutes=1)},
            {"duration": timedelta(seconds=90)},
            {"starts": datetime(2027, 3, 14, 19, 0, 30)},
            {"starts": BEFORE},
            {"starts": datetime(1, 1, 1)},
            {"starts": datetime(9999, 12, 31)},
            {"zone": "Europe/Atlantis"},
            {"zone": "../../etc/passwd"},
        ],
        ids=str,
    )
    def test_what_cannot_be_is_refused_with_a_sentence(self, change: dict[str, datetime | timedelta | str]):
        fits = {"starts": datetime(2027, 3, 14, 19), "zone": MADRID, "duration": timedelta(hours=1), "rule": None}
        with pytest.raises(RecurrenceError, match=r"^[A-Z].*\.$"):
            Recurrence(**{**fits, **change})


class TestNights:
    def test_a_start_in_the_night_is_warned_of_on_the_days_of_change(self):
        nights = recurrence("2027-01-01T02:30", "FREQ=DAILY").night_changes(BEFORE)
        assert [each.original_starts.date().isoformat() for each in nights] == ["2027-03-28", "2027-10-31"]

    @pytest.mark.parametrize(
        ("starts", "zone"),
        [("2027-01-01T19:00", MADRID), ("2027-01-01T02:30", "Asia/Kolkata"), ("2027-01-01T04:00", MADRID)],
    )
    def test_other_starts_are_not(self, starts: str, zone: str):
        assert recurrence(starts, "FREQ=DAILY", zone).night_changes(BEFORE) == []

    def test_a_change_at_midnight_touches_starts_at_midnight(self):
        nights = recurrence("2027-01-01T00:30", "FREQ=DAILY", "America/Santiago").night_changes(BEFORE, count=1)
        assert [each.original_starts.date().isoformat() for each in nights] == ["2027-09-05"]


class TestZones:
    @pytest.mark.parametrize("name", ["Europe/Madrid", "America/Argentina/Ushuaia", "Asia/Calcutta", "UTC"])
    def test_places_may_be_chosen(self, name: str):
        assert known_zone(name)

    @pytest.mark.parametrize(
        "name",
        ["", "posixrules", "localtime", "Factory", "EST5EDT", "US/Pacific", "Etc/GMT+5", "europe/madrid", "../UTC"],
    )
    def test_other_names_may_not(self, name: str):
        assert not known_zone(name)

    def test_the_list_is_sorted_and_every_zone_in_it_works(self):
        assert list(zones()) == sorted(set(zones()))
        assert len(zones()) > 400
        for zone in zones():
            assert wall_clock(moment(datetime(2027, 6, 1, 12), zone), zone) == datetime(2027, 6, 1, 12)

    def test_the_release_of_the_zone_data_is_known(self):
        assert tzdata_version() >= "2026a"


RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;BYDAY=MO,TH",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=MO,WE,SU",
        "FREQ=WEEKLY;BYDAY=MO,SU;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=1SA,-1FR",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYMONTHDAY=1,15,31",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,2",
        "FREQ=YEARLY",
    ]
)
ENDS = st.one_of(
    st.just(""),
    st.integers(1, 1000).map(lambda count: f";COUNT={count}"),
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)).map(lambda until: f";UNTIL={until:%Y%m%dT%H%M%SZ}"),
)
ZONES = st.sampled_from(
    [MADRID, "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kolkata", "UTC"]
)


@settings(deadline=None, max_examples=150)
@given(
    rule=RULES,
    interval=st.integers(1, 52),
    end=ENDS,
    zone=ZONES,
    starts=st.datetimes(datetime(2016, 1, 1), datetime(2027, 1, 1)),
    after=st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    days=st.integers(1, 800),
)
def test_the_quick_way_finds_what_expanding_from_the_beginning_finds(rule, interval, end, zone, starts, after, days):
    starts, until = starts.replace(second=0, microsecond=0), after + timedelta(days=days)
    text = f"{rule};INTERVAL={interval}"
    last = datetime.max.replace(tzinfo=UTC)
    if "UNTIL" in end:
        last = datetime.strptime(end, ";UNTIL=%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    naive = rrulestr(text + (end if "COUNT" in end else ""), dtstart=starts)
    expected = []
    for local in naive:
        at = moment(local, zone)
        if at > until:
            break
        if after < at <= last:
            expected.append((local, at))
    plan = Recurrence(starts=starts, zone=zone, duration=timedelta(hours=1), rule=Rule.parse(text + end))
    found = list(plan.instances(after=after, until=until))
    assert [(each.original_starts, each.starts_at) for each in found] == expected
    assert all(plan.includes(local) for local, _ in expected)


@settings(deadline=None, max_examples=50)
@given(rule=RULES, interval=st.integers(1, 52), starts=st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1)))
def test_normalising_changes_no_instance(rule, interval, starts):
    plan = recurrence(starts.strftime("%Y-%m-%dT%H:%M"), f"{rule};INTERVAL={interval}")
    assume(plan.first() is not None)
    span = {"after": utc("2015-01-01"), "until": utc("2100-01-01")}
    assert list(islice(plan.normalised().instances(**span), 8)) == list(islice(plan.instances(**span), 8))
    assert plan.normalised().includes(plan.normalised().starts)


def test_an_old_rule_is_as_quick_as_a_young_one():
    old = recurrence("1990-01-01T19:00", "FREQ=DAILY")
    began = perf_counter()
    for _ in range(20):
        old.upcoming(BEFORE, 5)
    assert perf_counter() - began < 1
