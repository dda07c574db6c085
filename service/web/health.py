"""Whether the program is well: for whoever runs it, and for machines that watch."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from rituals.heartbeat import Pulse
from service.web.limits import limiter
from service.web.visit import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@limiter.exempt
def show() -> tuple[Response, int]:
    """200 when database and worker answer, else 503. Says nothing about anybody."""
    program = services()
    try:
        with program.database.reading() as session:
            pulse = Pulse.read(session, program.clock())
    except SQLAlchemyError:
        return _answer({"status": "unwell", "database": False}, 503)
    content = {"database": True, "worker": pulse.alive, "late_seconds": int(pulse.late.total_seconds())}
    if not pulse.alive:
        return _answer({"status": "unwell", **content}, 503)
    return _answer({"status": "well", **content}, 200)


def _answer(content: dict[str, bool | str | int], status: int) -> tuple[Response, int]:
    response = jsonify(content)
    response.headers["Cache-Control"] = "no-store"
    return response, status
