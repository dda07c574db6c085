"""Where a provider calls when something has changed in a calendar; it never says what."""

from flask import Blueprint, Response, request

from rituals.linked_calendar import LinkedCalendar
from service.jobs.listening import PATH
from service.web.limits import BROWSING, limiter
from service.web.security import csrf
from service.web.visit import services

blueprint = Blueprint("calendar_changes", __name__)

LONGEST = 200


@blueprint.post(PATH)
@limiter.limit(BROWSING)
def create() -> Response:
    """The calendar is read soon. A call that knows no channel, or not its secret, is not found."""
    channel, secret = (request.headers.get(f"X-Goog-Channel-{name}", "") for name in ("ID", "Token"))
    if len(channel) > LONGEST or len(secret) > LONGEST:
        return Response(status=404)
    with services().database.writing() as session:
        linked = LinkedCalendar.with_channel(session, channel) if channel else None
        if linked is None or not linked.is_called_by(secret):
            return Response(status=404)
        linked.look_soon(services().clock())
    return Response(status=204)


csrf.exempt(create)
