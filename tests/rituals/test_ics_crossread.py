"""Our calendars as other programs read them: the same moments as we mean, changes of the clocks included."""

import json
import shutil
import subprocess
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
import vobject

from rituals.ics import Event, feed
from rituals.recurrence import moment
from tests.ics_lint import lint
from tests.ics_samples import SINCE, SKIPPED_AND_MOVED, ZONES, plan

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
    "at half past midnight": plan("2027-01-02T00:30", "FREQ=DAILY;UNTIL=20280131T000000Z"),
    "at half past one": plan("2027-01-02T01:30", "FREQ=DAILY;UNTIL=20280131T000000Z"),
    "at a quarter past two": plan("2027-01-02T02:15", "FREQ=DAILY;UNTIL=20280131T000000Z"),
    "at half past eleven at night": plan("2027-01-02T23:30", "FREQ=DAILY;UNTIL=20280131T000000Z"),
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
        reason = "NOT CROSS-READ by ical.js: needs node, and `npm install` in tests/ics_crossread"
        warnings.warn(reason, stacklevel=1)  # Seen without asking pytest for the reasons of skips.
        pytest.skip(reason)
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
