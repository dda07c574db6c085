"""Google speaks up by itself when something has changed."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.calendars.google import GoogleCalendar
from rituals.calendar_interfaces import CalendarError, Trouble
from tests.simulators.google_calendar.faults import answering
from tests.simulators.google_calendar.simulator import GoogleCalendar as Google


def test_a_channel_is_opened_and_stopped_twice(calendar: GoogleCalendar, google: Google) -> None:
    now = datetime.now(UTC)
    channel = calendar.watch(address="https://localhost/calendar/pushes", token="t" * 43, channel="c-1")
    assert channel.name == "c-1"
    assert now + timedelta(days=6) < channel.ends_at < now + timedelta(days=8)
    for _ in range(2):
        calendar.stop(channel=channel.name, resource=channel.resource)


@pytest.mark.parametrize(("status", "reason"), [(401, "push.webhookUrlUnauthorized"), (400, "push.webhookUrlNotHttps")])
def test_an_address_that_google_does_not_call_is_refused(
    calendar: GoogleCalendar, google: Google, status: int, reason: str
) -> None:
    google.fault(answering(status, reason), method="calendar.events.watch", times=2)
    with pytest.raises(CalendarError) as caught:
        calendar.watch(address="https://rituals.example.org/pushes", token="t", channel="c-2")
    assert caught.value.trouble is Trouble.REFUSED
