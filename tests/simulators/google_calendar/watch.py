"""The methods that ask for push notifications, and end them."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from tests.simulators.google_calendar.api_error import ApiError, invalid
from tests.simulators.google_calendar.call import Call
from tests.simulators.google_calendar.channel import Channel
from tests.simulators.google_calendar.resource import Resource, part, text

LIFE = timedelta(days=7)
LONGEST_LIFE = timedelta(days=30)
LONGEST_ID, LONGEST_TOKEN = 64, 256
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def watch_events(call: Call) -> Resource:
    calendar = call.calendar()
    channel_id, address = text(call.body, "id"), text(call.body, "address")
    _check(call.body, channel_id, address)
    resource = sha256(f"{calendar.id}/events".encode()).hexdigest()[:27]
    channel = Channel(
        id=channel_id,
        calendar_id=calendar.id,
        client=call.client,
        account=call.account.address,
        address=address,
        token=text(call.body, "token"),
        resource_id=resource,
        resource_uri=f"https://www.googleapis.com/calendar/v3/calendars/{calendar.id}/events?alt=json",
        expires_at=_expires_at(call),
    )
    call.channels.start(channel)
    token: Resource = {"token": channel.token} if channel.token else {}
    return {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri,
        "expiration": str(int(channel.expires_at.timestamp() * 1000)),
        **token,
    }


def stop(call: Call) -> None:
    channel = call.channels.open.get(text(call.body, "id"))
    asked = (text(call.body, "resourceId"), call.client, call.account.address)
    if channel is None or asked != (channel.resource_id, channel.client, channel.account):
        name = text(call.body, "id")
        raise ApiError(404, "notFound", f"Channel '{name}' not found for project 'simulated'")
    del call.channels.open[channel.id]


def _check(body: Resource, channel_id: str, address: str) -> None:
    if not channel_id or not address:
        raise invalid("Missing channel id or address.", reason="required")
    if text(body, "type") not in {"web_hook", "webhook"}:
        raise invalid("Unknown channel type", reason="unknownChannelType")
    if len(channel_id) > LONGEST_ID or len(text(body, "token")) > LONGEST_TOKEN:
        raise invalid("Channel id or token is too long.")
    parts = urlsplit(address)
    # The real one wants https from a known authority; a test may listen on its own machine.
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise invalid("WebHook callback must be HTTPS: " + address, reason="push.webhookUrlNotHttps")


def _expires_at(call: Call) -> datetime:
    """As long as was asked for, within limits: the answer says what was granted."""
    asked, seconds = call.body.get("expiration"), text(part(call.body, "params"), "ttl")
    longest = call.now + LONGEST_LIFE
    if isinstance(asked, int | str) and str(asked).isdecimal():
        return min(datetime.fromtimestamp(int(asked) / 1000, UTC), longest)
    return min(call.now + (timedelta(seconds=int(seconds)) if seconds.isdecimal() else LIFE), longest)
