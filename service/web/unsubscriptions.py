"""Stopping one's own questions of one plan: on its page, or by the link that every such mail carries."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from rituals.act import Act
from rituals.couple import Partner
from rituals.muting import start_mails, stop_mails
from rituals.plan import Plan
from service.links import Purpose
from service.web.found import PLAN, own_plan
from service.web.limits import BROWSING, TRYING, limiter
from service.web.security import csrf
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("unsubscriptions", __name__)


@dataclass(frozen=True, slots=True)
class Linked:
    """The plan that a link from a mail is about, and whose mail it was."""

    plan: Plan
    act: Act


@blueprint.post(f"{PLAN}/mails/stop")
def create(plan_id: int) -> Response:
    with acting() as visit:
        stop_mails(visit.act, own_plan(visit, plan_id, lock=True))
    flash("No more questions to you for this ritual. Only you see this.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"{PLAN}/mails/start")
def delete(plan_id: int) -> Response:
    with acting() as visit:
        start_mails(visit.act, own_plan(visit, plan_id, lock=True))
    flash("The questions come to you again, from the next time on.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.get("/unsubscribe/<token>")
@limiter.limit(TRYING)
def by_link(token: str) -> str:
    """A form and nothing more: programs that look into mails open every link in them."""
    with viewing() as visit:
        linked = _linked(visit, token)
        name, slug = linked.plan.ritual_name, linked.plan.ritual
        return render_template("pages/unsubscriptions/by_link.html", token=token, name=name, slug=slug)


@blueprint.post("/unsubscribe/<token>")
@limiter.limit(BROWSING)  # big mail providers ask for many of their users from few addresses
def stop_by_link(token: str) -> str:
    """Also for mail programs, which have neither cookie nor token of ours (RFC 8058)."""
    with acting() as visit:
        linked = _linked(visit, token, lock=True)
        if linked.plan.couple_id == linked.act.by.couple_id and linked.plan.couple.is_open:
            stop_mails(linked.act, linked.plan)
        name, slug = linked.plan.ritual_name, linked.plan.ritual
        return render_template("pages/unsubscriptions/done.html", name=name, slug=slug)


csrf.exempt(stop_by_link)


def _linked(visit: Visit, token: str, *, lock: bool = False) -> Linked:
    """What the signed link names, also of a space that is closed: there is nothing left to stop, and that is fine."""
    claims = visit.services.links.read(Purpose.UNSUBSCRIBE, token) or abort(404)
    partner = visit.session.get(Partner, claims.number("partner")) or abort(404)
    plan = visit.session.get(Plan, claims.number("plan"), with_for_update=lock or None) or abort(404)
    if not plan.was_put_to(partner):
        abort(404)
    return Linked(plan, visit.act_by(partner))
