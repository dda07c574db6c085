"""Whoever follows the simulated Google Calendar by sync tokens sees what whoever reads all of it sees."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulators.google_calendar.phone import Phone
from tests.simulators.google_calendar.resource import Resource, part, text, texts
from tests.simulators.google_calendar.series import Series
from tests.simulators.google_calendar.simulator import GoogleCalendar
from tests.simulators.google_calendar.when import When
from tests.simulators.google_client import SUNDAYS, Events, GoogleClient, starts

FIRST = datetime(2027, 3, 7, 19)
RULES = ("FREQ=WEEKLY;COUNT=5", "FREQ=WEEKLY;INTERVAL=2;COUNT=4", "FREQ=WEEKLY;COUNT=2", "FREQ=DAILY;COUNT=15")
NAMES = ("aaaaa", "bbbbb")

Edit = tuple[str, str, int, int]
"""What is done, to which event, at which of its dates, by how much."""
EDITS = st.tuples(
    st.sampled_from(
        ["move_date", "delete_date", "move_series", "change_rule", "delete", "restore", "retitle", "split", "sync"]
    ),
    st.sampled_from(NAMES),
    st.integers(0, 4),
    st.integers(0, 3),
)


class Mirror:
    """Keeps what it was told, as the documentation says that a client should."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self.kept: dict[str, Resource] = {}
        self.token = ""

    def sync(self) -> None:
        query = {"syncToken": self.token} if self.token else {}
        page = self.events.list(**query)
        while "nextPageToken" in page.body:
            self._keep(page.items)
            page = self.events.list(**query, pageToken=text(page.body, "nextPageToken"))
        self._keep(page.items)
        self.token = text(page.body, "nextSyncToken")

    def shown(self) -> dict[str, str]:
        """Every date's id and when it stands."""
        series = [one for one in self.kept.values() if one["status"] != "cancelled" and "recurrence" in one]
        found = {}
        for one in series:
            for original in Series.parse(When.parse(part(one, "start"), "start"), texts(one, "recurrence")).originals():
                name = f"{one['id']}_{original.key()}"
                date = self.kept.get(name, {"start": original.shown("Europe/Madrid"), "status": "confirmed"})
                if date["status"] != "cancelled":
                    found[name] = starts(date)
        return found

    def _keep(self, items: list[Resource]) -> None:
        self.kept |= {text(item, "id"): item for item in items}


def edit(phone: Phone, calendar_id: str, done: Edit) -> None:
    what, name, date, by = done
    where = (calendar_id, name)
    original = FIRST + timedelta(weeks=date)
    acts: dict[str, Callable[[], object]] = {
        "move_date": lambda: phone.move_date(*where, original, original + timedelta(hours=by)),
        "delete_date": lambda: phone.delete_date(*where, original),
        "move_series": lambda: phone.move_series(
            *where, starts=FIRST + timedelta(weeks=by // 2, hours=by % 2), length=timedelta(hours=1)
        ),
        "change_rule": lambda: phone.move_series(*where, starts=FIRST, length=timedelta(hours=1), rule=RULES[by]),
        "delete": lambda: phone.delete_series(*where),
        "restore": lambda: phone.restore(*where),
        "retitle": lambda: phone.retitle(*where, f"Title {by}"),
        "split": lambda: phone.split(*where, original, starts=original + timedelta(hours=by)),
    }
    acts[what]()


@pytest.fixture(scope="module")
def running_google() -> Iterator[GoogleCalendar]:
    with GoogleCalendar() as google:
        google.set_page_size(2)
        yield google


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(EDITS, min_size=4, max_size=14))
def test_following_and_reading_agree(running_google: GoogleCalendar, edits: list[Edit]) -> None:
    address = f"{uuid4().hex}@example.org"
    client = GoogleClient(running_google, text(running_google.grant(address), "access_token"))
    events = Events(client, client.make_calendar(timeZone="Europe/Madrid"))
    for name in NAMES:
        events.insert({**SUNDAYS, "id": name, "recurrence": [f"RRULE:{RULES[0]}"]})
    mirror = Mirror(events)
    mirror.sync()
    for one in edits:
        if one[0] == "sync":
            mirror.sync()
            assert mirror.shown() == read(events)
        elif is_there(running_google.phone(address), events.calendar_id, one):
            edit(running_google.phone(address), events.calendar_id, one)
    mirror.sync()
    assert mirror.shown() == read(events)
    client.connection.close()
    assert running_google.violations == []


def read(events: Events) -> dict[str, str]:
    """Date by date, page after page."""
    page = events.list(singleEvents="true")
    found = {text(one, "id"): starts(one) for one in page.items}
    while "nextPageToken" in page.body:
        page = events.list(singleEvents="true", pageToken=text(page.body, "nextPageToken"))
        found |= {text(one, "id"): starts(one) for one in page.items}
    return found


def is_there(phone: Phone, calendar_id: str, done: Edit) -> bool:
    what, name, date, _ = done
    event = phone.event(calendar_id, name)
    if what not in {"move_date", "delete_date", "split"}:
        return what == "restore" or event["status"] != "cancelled"
    lines = texts(event, "recurrence")
    original = When.at(FIRST + timedelta(weeks=date), "Europe/Madrid")
    start = When.parse(part(event, "start"), "start")
    given = Series.parse(start, lines).gives(original)
    return event["status"] != "cancelled" and given and (what != "split" or original.key() > start.key())
