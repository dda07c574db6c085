"""Leaving a single date out, and bringing it back."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from rituals.refused import RefusedError
from service.web.found import OCCURRENCE, own_occurrence
from service.web.refusals import back_to_plan
from service.web.visit import acting

blueprint = Blueprint("skips", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)


@blueprint.post(f"{OCCURRENCE}/skip")
def create(occurrence_id: int) -> Response:
    with acting() as visit:
        occurrence = own_occurrence(visit, occurrence_id, lock=True)
        occurrence.skip(visit.act)
        plan_id = occurrence.plan_id
    flash("Not this time, then. The others stay as they are.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"{OCCURRENCE}/restore")
def delete(occurrence_id: int) -> Response:
    with acting() as visit:
        occurrence = own_occurrence(visit, occurrence_id, lock=True)
        occurrence.restore(visit.act)
        plan_id = occurrence.plan_id
    flash("It is back, at its own time.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)
