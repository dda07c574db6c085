"""Letting a plan rest for a while, and letting it go on."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from rituals.refused import RefusedError
from service.web.found import PLAN, own_plan
from service.web.refusals import back_to_plan
from service.web.visit import acting

blueprint = Blueprint("pauses", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)


@blueprint.post(f"{PLAN}/pause")
def create(plan_id: int) -> Response:
    with acting() as visit:
        own_plan(visit, plan_id, lock=True).pause(visit.act)
    flash("It rests now. Nothing comes until one of you lets it go on.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"{PLAN}/resume")
def delete(plan_id: int) -> Response:
    with acting() as visit:
        own_plan(visit, plan_id, lock=True).resume(visit.act)
    flash("It goes on from here.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)
