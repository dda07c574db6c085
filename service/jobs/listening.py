"""Letting a provider call us when something has changed, where it can and where it can reach us."""

from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from rituals import secret
from rituals.calendar_interfaces import Calendar, CalendarError, Pushes, Trouble
from rituals.linked_calendar import LinkedCalendar
from service.jobs.calendar_turn import Turn
from service.logs import event

PATH = "/calendar-changes"
ASKED_AGAIN_AFTER = timedelta(days=1)
"""A provider that would not call us is asked again after this; until then its calendar is read now and then."""


def keep_listening(turn: Turn, calendar: Calendar) -> None:
    """A new channel before the one before it ends. The old one may go on to its end: it does no harm."""
    settings = turn.services.settings
    base_url, reachable = settings.base_url, settings.simulates_google or can_be_called(settings.base_url)
    if not isinstance(calendar, Pushes) or not reachable or not _wants_channel(turn):
        return
    token = secret.new()
    try:
        channel = calendar.watch(address=f"{base_url}{PATH}", token=token, channel=secret.new())
    except CalendarError as error:
        if error.trouble == Trouble.RECONNECT:
            raise  # that is about the calendar as a whole: it is not asked once more
        event("calendar.not-watched", id=turn.linked_id, trouble=error.trouble.value)
        channel = None
    with turn.services.database.writing() as session:
        linked = LinkedCalendar.held(session, turn.linked_id, turn.lease)
        if linked is not None and channel is not None:
            linked.listen(channel, token)
        elif linked is not None:
            linked.is_not_told(turn.services.clock() + ASKED_AGAIN_AFTER)


def stop_listening(turn: Turn, calendar: Calendar) -> None:
    with turn.services.database.reading() as session:
        linked = session.get_one(LinkedCalendar, turn.linked_id)
        channel, resource = linked.channel, linked.channel_resource
    if isinstance(calendar, Pushes) and channel is not None and resource is not None:
        with suppress(CalendarError):  # it ends by itself
            calendar.stop(channel=channel, resource=resource)


def can_be_called(base_url: str) -> bool:
    """Whether this address is one of the open internet, over https."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and not host.endswith((".local", ".localhost", ".internal"))


def _wants_channel(turn: Turn) -> bool:
    with turn.services.database.reading() as session:
        linked = session.get(LinkedCalendar, turn.linked_id)
        return linked is not None and linked.wants_channel(turn.services.clock())
