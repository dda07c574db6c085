"""A proposal taken back by the one who made it."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from rituals.refused import RefusedError
from service.web.acceptances import VERSION
from service.web.found import own_plan
from service.web.refusals import back_to_plan
from service.web.visit import acting

blueprint = Blueprint("versions", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)


@blueprint.post(f"{VERSION}/withdraw")
def delete(plan_id: int, number: int) -> Response:
    with acting() as visit:
        own_plan(visit, plan_id, lock=True).withdraw(visit.act, number)
    flash("Taken back.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)
