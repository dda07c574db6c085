"""Whether the program is well: for whoever runs it, and for machines that watch. Says nothing about anybody."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from rituals.heartbeat import Pulse
from service.schema import suffices
from service.web.limits import limiter
from service.web.visit import services

blueprint = Blueprint("health", __name__)

LATEST = timedelta(minutes=5)
"""What waits longer than this for a worker is a sickness: a prompt may wait a quarter of an hour at most."""


@blueprint.get("/health")
@limiter.exempt
def show() -> tuple[Response, int]:
    """The service as a whole: the database answers, its tables are there, a worker lives, and nothing waits long."""
    found, late = _look(at_worker=True)
    return _answer(found, late)


@blueprint.get("/health/live")
@limiter.exempt
def live() -> tuple[Response, int]:
    """This process answers. Whoever does not hear it may start it anew."""
    return _answer({})


@blueprint.get("/health/ready")
@limiter.exempt
def ready() -> tuple[Response, int]:
    """This process can serve visitors. It can while a worker elsewhere is gone; one beside it must be at work."""
    found, _ = _look(at_worker=services().settings.worker_in_web)
    return _answer(found)


def _look(*, at_worker: bool) -> tuple[dict[str, bool], timedelta | None]:
    """What is as it should be and what is not; and how long the first row has been waiting, where that was asked."""
    program = services()
    try:
        with program.database.reading() as session:
            if not suffices(session.connection()):
                return {"database": True, "tables": False}, None
            found = {"database": True, "tables": True}
            pulse = Pulse.read(session, program.clock()) if at_worker else None
    except SQLAlchemyError:
        return {"database": False}, None
    return (found, None) if pulse is None else (found | {"worker": pulse.alive}, pulse.late)


def _answer(found: dict[str, bool], late: timedelta | None = None) -> tuple[Response, int]:
    well = all(found.values()) and (late is None or late <= LATEST)
    lateness = {} if late is None else {"late_seconds": int(late.total_seconds())}
    response = jsonify({"status": "well" if well else "unwell", **found, **lateness})
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if well else 503
