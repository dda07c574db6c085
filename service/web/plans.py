"""Plans: proposing, showing, suggesting another wording, and the dates that would come of it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.plan import Plan, PlanState
from rituals.refused import RefusedError, StaleError
from rituals.version import Terms
from service.web.found import PLAN, own_plan, ritual_for_two
from service.web.plan_fields import PlanFields
from service.web.plan_form import edit_frame, form_page, new_frame
from service.web.plan_frames import form_key_sent, same_frame
from service.web.plan_page import plan_page
from service.web.plan_preview import preview
from service.web.plan_terms import read_terms
from service.web.refusals import back_to_plan
from service.web.schedule import Reader
from service.web.security import form_key
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("plans", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)


@blueprint.get("/plans/new")
def new() -> str:
    with viewing() as visit:
        _ = visit.couple
        ritual = ritual_for_two(visit, request.args.get("ritual", ""))
        fields = PlanFields.usual(ritual, visit.partner, visit.now)
        return form_page(visit, new_frame(visit, ritual, form_key()), fields, {})


@blueprint.post("/plans")
def create() -> Response | tuple[str, int]:
    """The same form sent twice finds the plan that the first one made."""
    fields, key = PlanFields.read(request.form), form_key_sent()
    with acting() as visit:
        ritual = ritual_for_two(visit, request.form.get("ritual", ""))
        reading = read_terms(fields, visit.now)
        if reading.terms is None:
            return form_page(visit, new_frame(visit, ritual, key), fields, reading.errors), 422
        plan_id, other = Plan.propose(visit.act, ritual, reading.terms, form_key=key).id, visit.act.other.name
    flash(f"{other} is asked now. It stands once {other} has said yes.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post("/plans/preview", endpoint="preview")
def show_dates() -> str:
    """The dates alone for the script on the page; the whole form again for whoever pressed the button."""
    fields = PlanFields.read(request.form)
    with viewing() as visit:
        if "page" not in request.form:
            return render_template("pages/plans/preview.html", preview=preview(fields, Reader.of(visit)))
        return form_page(visit, same_frame(visit), fields, read_terms(fields, visit.now).errors)


@blueprint.get(PLAN)
def show(plan_id: int) -> str:
    with viewing() as visit:
        return render_template("pages/plans/show.html", page=plan_page(visit, own_plan(visit, plan_id)))


@blueprint.get(f"{PLAN}/edit")
def edit(plan_id: int) -> str:
    with viewing() as visit:
        plan = own_plan(visit, plan_id)
        if plan.state == PlanState.ENDED:
            raise StaleError("This ritual has ended. It can be chosen anew from the catalogue.")
        fields = PlanFields.of(plan.open_version or plan.agreed or plan.latest, visit.now)
        return form_page(visit, edit_frame(visit, plan, str(plan.latest.number)), fields, {})


@blueprint.post(PLAN)
def update(plan_id: int) -> Response | tuple[str, int]:
    """Another wording. Sent twice it is one; sent over a newer one of the other's it is none."""
    fields, seen = PlanFields.read(request.form), request.form.get("seen", "")
    with acting() as visit:
        plan = own_plan(visit, plan_id, lock=True)
        reading = read_terms(fields, visit.now)
        if reading.terms is None:
            return form_page(visit, edit_frame(visit, plan, seen), fields, reading.errors), 422
        if str(plan.latest.number) == seen:
            plan.suggest(visit.act, reading.terms)
        elif not _says_the_same(plan, reading.terms, visit):
            raise StaleError("There is a newer proposal for this ritual. Please have a look at it first.")
        other = visit.act.other.name
    flash(f"{other} is asked now.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


def _says_the_same(plan: Plan, terms: Terms, visit: Visit) -> bool:
    latest = plan.latest
    mine = latest.proposed_by_id == visit.partner.id
    return mine and (latest.recurrence, latest.intention) == (terms.recurrence, terms.intention)
