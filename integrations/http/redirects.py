"""Where an answer sends us instead, and what goes along."""

from collections.abc import Mapping

from integrations.http.guard import Guard
from integrations.http.response import Response
from integrations.http.target import Target
from rituals.calendar_interfaces import CalendarError, Trouble

MOST_REDIRECTS = 5
SAME_METHOD = frozenset({307, 308})
READING = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
MOVED = frozenset({301, 302, 303, 307, 308})
CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


def next_target(guard: Guard, method: str, target: Target, response: Response) -> Target | None:
    """The address to ask in its place; None where the answer stands.

    What reads goes on with its own method, a PROPFIND too: browsers alone make a GET of things. What writes
    follows 307 and 308 only, which promise to keep the method, and never to another server: what is written
    was meant for this one. Raises CalendarError where we may not follow.
    """
    location = response.headers.get("location")
    if response.status not in MOVED or not location:
        return None
    if method not in READING and response.status not in SAME_METHOD:
        return None
    towards = guard.target(target.towards(location))
    if method not in READING and towards.origin != target.origin:
        return None
    if target.is_private and not towards.is_private:
        raise CalendarError("redirected from https to http", Trouble.UNSAFE)
    return towards


def without_credentials(headers: Mapping[str, str]) -> dict[str, str]:
    """For another host: what opens one door is shown at no other."""
    return {name: value for name, value in headers.items() if name.lower() not in CREDENTIALS}
