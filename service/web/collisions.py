"""A date that meets something in one's own calendar: keep it, move it to a time that suits both, or leave it out."""

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.collision import Collision
from rituals.refused import RefusedError
from service import when
from service.web.errors import sentence_page
from service.web.found import ID
from service.web.refusals import back_to_plan
from service.web.schedule import Reader, date_line
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("collisions", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)

COLLISION = f"/collisions/<{ID}:collision_id>"


@blueprint.get(COLLISION)
def show(collision_id: int) -> str | Response:
    with viewing() as visit:
        noted = _own(visit, collision_id)
        if not noted.is_open(visit.now):
            return sentence_page(
                410, title="This has been settled.", text="Or the date has changed. Its page shows how it stands."
            )
        date, reader = noted.occurrence, Reader.of(visit)
        day = when.full_day(date.starts_at, reader.zone, reader.now)
        return render_template(
            "pages/collisions/show.html",
            id=noted.id,
            name=date.plan.ritual_name,
            slug=date.plan.ritual,
            stands=f"{day}, {when.span(date.starts_at, date.ends_at, reader.zone)}",
            times=[date_line(start, reader) for start in noted.times(visit.session, visit.now)],
            move_url=url_for("occurrences.edit", occurrence_id=date.id),
        )


@blueprint.post(f"{COLLISION}/keep")
def keep(collision_id: int) -> Response:
    with acting() as visit:
        noted = _own(visit, collision_id, lock=True)
        noted.keep()
        plan_id = noted.occurrence.plan_id
    flash("It stays as it is.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"{COLLISION}/move")
def move(collision_id: int) -> Response:
    try:
        start = datetime.fromisoformat(request.form.get("start", ""))
    except ValueError:
        abort(400)
    with acting() as visit:
        noted = _own(visit, collision_id, lock=True)
        noted.move(visit.act, start if start.tzinfo else abort(400))
        plan_id, moved = noted.occurrence.plan_id, date_line(start, Reader.of(visit)).words
    flash(f"Moved to {moved}, for both of you.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"{COLLISION}/skip")
def skip(collision_id: int) -> Response:
    with acting() as visit:
        noted = _own(visit, collision_id, lock=True)
        noted.skip(visit.act)
        plan_id = noted.occurrence.plan_id
    flash("Left out, this once.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


def _own(visit: Visit, collision_id: int, *, lock: bool = False) -> Collision:
    """One's own; of the other partner's there is none, as of another couple's."""
    _ = visit.couple
    return Collision.of(visit.session, visit.partner, collision_id, lock=lock) or abort(404)
