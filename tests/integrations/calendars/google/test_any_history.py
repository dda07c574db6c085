"""Whatever we write and whatever a phone does in between: what is put last is what stands there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.calendars.google import GoogleProvider
from integrations.calendars.google.anchor import anchored
from rituals.calendar_event import Event, Override
from rituals.recurrence import Recurrence, Rule
from rituals.timetable import edits
from tests.contracts.calendar import REVISED, SUNDAYS, only
from tests.integrations.calendars.google.conftest import ZONE, consent
from tests.integrations.calendars.google.phone import GooglePhone
from tests.simulators.google_calendar.simulator import GoogleCalendar as Google

RULES = [
    "FREQ=DAILY",
    "FREQ=DAILY;COUNT=6",
    "FREQ=WEEKLY;BYDAY=MO,WE,SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=DAILY;UNTIL=20270402T103000Z",
    "",
]
STARTS = [datetime(2027, 3, 21, 19), datetime(2027, 3, 21, 2, 30), datetime(2027, 3, 28, 2, 30)]
DAYS = [timedelta(0), timedelta(hours=1), timedelta(days=1, minutes=30), timedelta(days=-2)]


@st.composite
def events(draw: st.DrawFn) -> Event:
    rule = draw(st.sampled_from(RULES))
    zone = draw(st.sampled_from(["Europe/Madrid", "America/New_York", "UTC"]))
    length = draw(st.sampled_from([timedelta(minutes=45), timedelta(hours=2)]))
    starts = draw(st.sampled_from(STARTS))
    recurrence = Recurrence(starts, zone, length, Rule.parse(rule) if rule else None).normalised()
    dates = [one.original_starts for one in recurrence.upcoming(REVISED, 5)]
    if rule and recurrence.starts == STARTS[2] and zone == "Europe/Madrid":
        dates = dates[1:]  # Google does not have this one: see anchor.py.
    chosen = draw(st.lists(st.sampled_from(dates), unique=True, max_size=3)) if dates else []
    moves = [None, *DAYS[1:]] if rule else DAYS[1:]
    overrides = [
        Override(one, None if move is None else one + move, 4, REVISED)
        for one in chosen
        for move in [draw(st.sampled_from(moves))]
    ]
    title = draw(st.sampled_from(["Weekly check-in", "Coffee"]))
    return replace(SUNDAYS, recurrence=recurrence, overrides=tuple(overrides), summary=title)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(events(), min_size=2, max_size=4), wishes=st.lists(st.integers(0, 20), min_size=4, max_size=4))
def test_what_is_put_last_stands(
    google: Google, provider: GoogleProvider, address: str, history: list[Event], wishes: list[int]
) -> None:
    calendar = provider.open(provider.make(consent(google.grant(address)), name="Side by Side", zone=ZONE))
    phone = GooglePhone(google.phone(address), calendar.access.calendar)
    for event, wish in zip(history, wishes, strict=False):
        held = calendar.read(event.uid)
        etag = calendar.put(event, etag=held.etag if held is not None else None)
        there = only(calendar)
        assert not edits(there.timetable, event.timetable)
        assert (there.etag, calendar.put(event, etag=etag)) == (etag, etag)
        shown = phone.visible_starts(until=datetime(2027, 4, 20))
        assert len(shown) == len(expected(event))
        bother(phone, event, wish)
    calendar.close()


def expected(event: Event) -> list[datetime]:
    recurrence = anchored(event.recurrence)  # Where no clock shows the first start, Google has no first date.
    until = datetime(2027, 4, 25, tzinfo=UTC)
    dates = {one.original_starts for one in recurrence.instances(after=REVISED, until=until)}
    moved = dict(event.timetable.dates)
    shown = [moved.get(one, one) for one in dates]
    return [one for one in shown if one is not None and one < datetime(2027, 4, 20)]


def bother(phone: GooglePhone, event: Event, wish: int) -> None:
    coming = event.recurrence.upcoming(REVISED, 4)
    date = coming[wish % len(coming)].original_starts
    match wish % 5:
        case 0:
            phone.delete_series(event.uid)
        case 1:
            phone.move_series(event.uid, replace(event.recurrence, starts=event.recurrence.starts + timedelta(hours=2)))
        case 2:
            phone.move_date_in(event.uid, event.recurrence.zone, date, date + timedelta(hours=3))
        case 3:
            phone.retitle(event.uid, "Ours")
        case _:
            pass
