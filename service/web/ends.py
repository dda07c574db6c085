"""Ending a plan: one question, one button."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from rituals.refused import RefusedError
from service.web.found import PLAN, own_plan
from service.web.refusals import back_to_plan
from service.web.visit import acting, viewing

blueprint = Blueprint("ends", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)


@blueprint.get(f"{PLAN}/end")
def new(plan_id: int) -> str:
    with viewing() as visit:
        plan = own_plan(visit, plan_id)
        return render_template("pages/ends/new.html", plan_id=plan.id, name=plan.ritual_name, slug=plan.ritual)


@blueprint.post(f"{PLAN}/end")
def create(plan_id: int) -> Response:
    with acting() as visit:
        plan = own_plan(visit, plan_id, lock=True)
        plan.end(visit.act)
        name = plan.ritual_name
    flash(f"{name} has ended. You can choose it again whenever you like.", "done")
    return redirect(url_for("week.index"), 303)
