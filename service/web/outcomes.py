"""What became of one time: said on the page, or by the link in its mail."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.couple import Partner
from rituals.occurrence import Occurrence, Outcome
from rituals.refused import RefusedError
from service import when
from service.links import Purpose
from service.web.found import OCCURRENCE, own_occurrence
from service.web.limits import TRYING, limiter
from service.web.refusals import back_to_plan
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("outcomes", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)

ANSWERS = ((Outcome.DONE, "We did it"), (Outcome.MOVED, "We moved it"), (Outcome.RESTED, "Not this time"))
THANKS = {
    Outcome.DONE: "That is kept in your year.",
    Outcome.MOVED: "Good. What counts is that it found its time.",
    Outcome.RESTED: "Rest is part of it.",
}


@dataclass(frozen=True, slots=True)
class Linked:
    """The one time that a link from a mail is about, and whose mail it was."""

    occurrence: Occurrence
    partner: Partner


@blueprint.post(f"{OCCURRENCE}/outcome")
def create(occurrence_id: int) -> Response:
    with acting() as visit:
        occurrence = own_occurrence(visit, occurrence_id, lock=True)
        outcome = _answer()
        _record(occurrence, outcome, visit)
    flash(THANKS[outcome], "done")
    return redirect(url_for("week.index"), 303)


@blueprint.get("/after/<token>")
@limiter.limit(TRYING)
def by_link(token: str) -> str:
    """One button for each answer, the one that the mail's link named first. Opening it records nothing."""
    with viewing() as visit:
        linked = _linked(visit, token)
        chosen = request.args.get("answer", Outcome.DONE)
        return render_template(
            "pages/outcomes/by_link.html",
            token=token,
            name=linked.occurrence.plan.ritual_name,
            slug=linked.occurrence.plan.ritual,
            day=when.full_day(linked.occurrence.starts_at, linked.partner.zone, visit.now),
            answers=sorted(ANSWERS, key=lambda answer: answer[0] != chosen),
        )


@blueprint.post("/after/<token>")
@limiter.limit(TRYING)
def record_by_link(token: str) -> str:
    with acting() as visit:
        linked = _linked(visit, token)
        outcome = _answer()
        _record(linked.occurrence, outcome, visit)
        name, slug = linked.occurrence.plan.ritual_name, linked.occurrence.plan.ritual
        return render_template("pages/outcomes/thanks.html", thanks=THANKS[outcome], name=name, slug=slug)


def _answer() -> Outcome:
    try:
        return Outcome(request.form.get("answer", ""))
    except ValueError:
        abort(400)


def _record(occurrence: Occurrence, outcome: Outcome, visit: Visit) -> None:
    if not occurrence.has_started(visit.now):
        raise RefusedError("It has not begun yet.")
    occurrence.record(outcome, visit.now)


def _linked(visit: Visit, token: str) -> Linked:
    """What the link names, as long as the two share their space."""
    claims = visit.services.links.read(Purpose.OUTCOME, token) or abort(404)
    partner = visit.session.get(Partner, claims.number("partner")) or abort(404)
    occurrence = Occurrence.of(visit.session, partner, claims.number("occurrence"))
    return Linked(occurrence or abort(404), partner)
