"""The simulated Google Calendar as people see it in a browser, and as a program of its own."""

import json
import re
import sys
from collections.abc import Iterator
from subprocess import PIPE, Popen
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.fakes import FakeClock
from tests.simulators.google_calendar.resource import Resource, text
from tests.simulators.google_calendar.simulator import GoogleCalendar
from tests.simulators.google_client import SUNDAYS, Events, starts

ONCE: Resource = {
    "id": "once1",
    "summary": "Tea & <talk>",
    "start": {"dateTime": "2027-03-05T19:00:00", "timeZone": "Europe/Madrid"},
    "end": {"dateTime": "2027-03-05T19:45:00", "timeZone": "Europe/Madrid"},
}


@pytest.fixture
def google() -> Iterator[GoogleCalendar]:
    """On the first of March 2027."""
    with GoogleCalendar(now=FakeClock()) as google:
        yield google


def phone(google: GoogleCalendar, **form: str) -> str:
    """The page, or the one that it leads to when a button was pressed."""
    url = f"{google.url}/phone?account=ana%40example.org"
    return str(urlopen(url, urlencode(form).encode() if form else None).read().decode())


def press(page: str, button: str) -> dict[str, str]:
    """The form of the first event, sent with one of its buttons."""
    return {**dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)[:3]), "do": button}


def test_the_phone_shows_what_is_coming_and_moves_and_deletes_it(google: GoogleCalendar, events: Events) -> None:
    events.insert(ONCE)
    page = phone(google)
    assert "<b>Tea &amp; &lt;talk&gt;</b><br>Friday 05 March, 19:00" in page
    page = phone(google, **press(page, "later"))
    assert "Friday 05 March, 20:00" in page
    assert starts(events.get("once1").body) == "2027-03-05T20:00:00+01:00"
    deleted = press(page, "delete")
    assert "Nothing is coming up" in phone(google, **deleted)
    with pytest.raises(HTTPError, match="409"):
        phone(google, **{**deleted, "event": "another"})


def test_one_date_of_a_series_is_moved_or_deleted_or_all_are(google: GoogleCalendar, events: Events) -> None:
    events.insert({**SUNDAYS, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]})
    page = phone(google, **press(phone(google), "later"))
    assert re.findall(r"\d\d March, \d\d:\d\d", page) == ["07 March, 20:00", "14 March, 19:00", "21 March, 19:00"]
    page = phone(google, **press(page, "delete"))
    assert re.findall(r"\d\d March, \d\d:\d\d", page) == ["14 March, 19:00", "21 March, 19:00"]
    assert "Nothing is coming up" in phone(google, **press(page, "delete_all"))


def test_a_person_can_put_a_meeting_in_their_own_calendar(google: GoogleCalendar) -> None:
    assert "Dinner with friends" in phone(google, do="meet")
    assert "ana@example.org" in urlopen(f"{google.url}/phone").read().decode()


def test_it_runs_as_a_program_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.simulators.google_calendar.serve", "--account", "ana@example.org"]
    with Popen(command, stdout=PIPE, text=True) as program:
        assert program.stdout is not None
        said: Resource = json.loads(program.stdout.readline())
        assert urlopen(f"{text(said, 'url')}/phone").status == 200
        program.terminate()
        assert program.wait(timeout=10) == 0
