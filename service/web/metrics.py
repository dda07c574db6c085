"""Numbers for machines that watch, and for nobody else: counts and durations, no id and nothing about anybody."""

from hmac import compare_digest

from flask import Blueprint, Response, abort, request

from rituals.tally import Tally
from service.exposition import CONTENT_TYPE, expose
from service.measures import measure
from service.survey import Survey
from service.web.from_here import is_from_here
from service.web.visit import services

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def show() -> Response:
    """404 for whoever neither knows the token nor sits at this machine."""
    if not (_knows_token() or is_from_here()):
        abort(404)
    program = services()
    with program.database.reading() as session:
        metrics = measure(Survey.take(session, program.clock()), Tally.ever(session))
    return Response(expose(metrics), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _knows_token() -> bool:
    token, given = services().settings.metrics_token, request.headers.get("Authorization", "")
    return bool(token) and compare_digest(given.encode(), f"Bearer {token}".encode())
