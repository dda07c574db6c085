"""A refusal inside a plan: its sentence, on the plan's page or on the week's."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from rituals.occurrence import Occurrence
from rituals.suggestion import Suggestion
from service.web.visit import viewing


def back_to_plan(error: Exception) -> Response:
    """To the plan as it stands now, with the sentence above it."""
    flash(str(error), "problem")
    plan_id = _plan_id()
    return redirect(url_for("plans.show", plan_id=plan_id) if plan_id else url_for("week.index"), 303)


def _plan_id() -> int | None:
    named = request.view_args or {}
    if "plan_id" in named:
        return int(named["plan_id"])
    with viewing() as visit:
        if "suggestion_id" in named:
            suggestion = Suggestion.of(visit.session, visit.partner, int(named["suggestion_id"]))
            return suggestion.occurrence.plan_id if suggestion else None
        if "occurrence_id" in named:
            occurrence = Occurrence.of(visit.session, visit.partner, int(named["occurrence_id"]))
            return occurrence.plan_id if occurrence else None
        return None
