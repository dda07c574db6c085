"""Where a provider calls when something has changed in a calendar; it never says what."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

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
    # Anybody may call: only who knows the secret is let near a lock.
    with services().database.reading() as session:
        if _called(session, channel, secret) is None:
            return Response(status=404)
    with services().database.writing() as session:
        linked = _called(session, channel, secret)
        if linked is not None:
            linked.look_soon(services().clock())
    return Response(status=204)


def _called(session: Session, channel: str, secret: str) -> LinkedCalendar | None:
    linked = LinkedCalendar.with_channel(session, channel) if channel else None
    return linked if linked is not None and linked.is_called_by(secret) else None


csrf.exempt(create)
