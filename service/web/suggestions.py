"""A yes or a no to moving one date: on the pages, or by the link in its mail."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.couple import Partner
from rituals.refused import RefusedError
from rituals.suggestion import Suggestion
from service.links import Purpose
from service.web.date_questions import question_of
from service.web.errors import sentence_page
from service.web.found import SUGGESTION, own_suggestion
from service.web.limits import TRYING, limiter
from service.web.refusals import back_to_plan
from service.web.schedule import Reader
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("suggestions", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)

SAID = {
    "accept": ("It moves.", "The new time stands now, for both of you, and your calendars follow."),
    "decline": ("As it was, then.", "The old time stands, for both of you."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link from a mail asks, and whom."""

    suggestion: Suggestion
    partner: Partner


@blueprint.post(f"{SUGGESTION}/accept")
def accept(suggestion_id: int) -> Response:
    with acting() as visit:
        suggestion = own_suggestion(visit, suggestion_id, lock=True)
        suggestion.accept(visit.act)
        plan_id = suggestion.occurrence.plan_id
    flash(SAID["accept"][1], "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"{SUGGESTION}/decline")
def decline(suggestion_id: int) -> Response:
    with acting() as visit:
        suggestion = own_suggestion(visit, suggestion_id, lock=True)
        suggestion.decline(visit.act)
        plan_id = suggestion.occurrence.plan_id
    flash(SAID["decline"][1], "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.get("/suggestion/<token>")
@limiter.limit(TRYING)
def by_link(token: str) -> str | Response:
    """The question in words, a button for each answer. Opening it answers nothing."""
    with viewing() as visit:
        asked = _asked(visit, token)
        if not asked.suggestion.awaits(asked.partner, visit.now):
            return sentence_page(
                410, title="This has been answered.", text="Or it has changed meanwhile. Your page shows how it stands."
            )
        return render_template(
            "pages/suggestions/by_link.html",
            token=token,
            name=asked.suggestion.occurrence.plan.ritual_name,
            slug=asked.suggestion.occurrence.plan.ritual,
            question=question_of(asked.suggestion, Reader(asked.partner.zone, visit.now)),
            declines=request.args.get("answer") == "decline",
        )


@blueprint.post("/suggestion/<token>")
@limiter.limit(TRYING)
def answer_by_link(token: str) -> str | Response:
    answer = request.form.get("answer", "")
    if answer not in SAID:
        abort(400)
    try:
        with acting() as visit:
            asked = _asked(visit, token, lock=True)
            give = asked.suggestion.accept if answer == "accept" else asked.suggestion.decline
            give(visit.act_by(asked.partner))
            slug = asked.suggestion.occurrence.plan.ritual
    except RefusedError as error:
        return sentence_page(409, title="That has changed meanwhile.", text=str(error))
    title, text = SAID[answer]
    return render_template("pages/answers/thanks.html", title=title, text=text, slug=slug)


def _asked(visit: Visit, token: str, *, lock: bool = False) -> Asked:
    claims = visit.services.links.read(Purpose.SUGGESTION, token) or abort(404)
    partner = visit.session.get(Partner, claims.number("partner")) or abort(404)
    suggestion = Suggestion.of(visit.session, partner, claims.number("suggestion"), lock=lock) or abort(404)
    return Asked(suggestion, partner)
