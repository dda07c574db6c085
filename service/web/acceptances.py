"""A partner's answer to a proposal."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from rituals.refused import RefusedError
from service.web.found import PLAN, own_plan
from service.web.refusals import back_to_plan
from service.web.visit import acting

blueprint = Blueprint("acceptances", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)

VERSION = f"{PLAN}/versions/<int(max=99999):number>"


@blueprint.post(f"{VERSION}/accept")
def create(plan_id: int, number: int) -> Response:
    with acting() as visit:
        plan = own_plan(visit, plan_id, lock=True)
        plan.accept(visit.act, number)
        name = plan.ritual_name
    flash(f"{name} stands now, for both of you.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"{VERSION}/decline")
def delete(plan_id: int, number: int) -> Response:
    with acting() as visit:
        plan = own_plan(visit, plan_id, lock=True)
        plan.decline(visit.act, number)
        rest = " What you agreed before stays as it is." if plan.agreed else ""
    flash(f"Not this one, then.{rest}", "done")
    return redirect(url_for("week.index"), 303)
