"""A yes or a no to a proposal, by the link in its mail: no sign-in, one button."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from rituals.couple import Partner
from rituals.plan import Plan
from rituals.refused import RefusedError
from rituals.version import Version
from service.emails.terms import terms
from service.links import Purpose
from service.web.errors import sentence_page
from service.web.limits import TRYING, limiter
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("answers", __name__)

SAID = {
    "accept": ("That is agreed.", "It goes on both your calendars, the way each of you chose."),
    "decline": ("Not this one, then.", "What you agreed before stays as it is."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link from a mail asks, and whom."""

    plan: Plan
    version: Version
    partner: Partner


@blueprint.get("/answer/<token>")
@limiter.limit(TRYING)
def show(token: str) -> str | Response:
    """The proposal in words, a button for each answer. Opening it answers nothing."""
    with viewing() as visit:
        asked = _asked(visit, token)
        if not asked.version.awaits(asked.partner):
            return sentence_page(
                410, title="This has been answered.", text="Or it has changed meanwhile. Your page shows how it stands."
            )
        return render_template(
            "pages/answers/show.html",
            token=token,
            name=asked.plan.ritual_name,
            slug=asked.plan.ritual,
            terms=terms(asked.version, asked.partner, visit.now),
            intention=asked.version.intention,
            by=asked.version.proposed_by.name,
            plan_id=asked.plan.id,
            declines=request.args.get("answer") == "decline",
        )


@blueprint.post("/answer/<token>")
@limiter.limit(TRYING)
def create(token: str) -> str | Response:
    answer = request.form.get("answer", "")
    if answer not in SAID:
        abort(400)
    try:
        with acting() as visit:
            asked = _asked(visit, token, lock=True)
            give = asked.plan.accept if answer == "accept" else asked.plan.decline
            give(visit.act_by(asked.partner), asked.version.number)
            slug = asked.plan.ritual
    except RefusedError as error:
        return sentence_page(409, title="That has changed meanwhile.", text=str(error))
    title, text = SAID[answer]
    return render_template("pages/answers/thanks.html", title=title, text=text, slug=slug)


def _asked(visit: Visit, token: str, *, lock: bool = False) -> Asked:
    claims = visit.services.links.read(Purpose.ANSWER, token) or abort(404)
    partner = visit.session.get(Partner, claims.number("partner")) or abort(404)
    version = visit.session.get(Version, claims.number("version")) or abort(404)
    plan = Plan.of(visit.session, partner, version.plan_id, lock=lock) or abort(404)
    return Asked(plan, version, partner)
