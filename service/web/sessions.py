"""The browsers in which a partner is signed in, each to be ended by its owner."""

from flask import Blueprint, abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from rituals.signin import SignedIn
from service.web import cookie
from service.web.found import ID
from service.web.visit import acting

blueprint = Blueprint("sessions", __name__)


@blueprint.post(f"/you/sessions/<{ID}:session_id>/end")
def delete(session_id: int) -> Response:
    """That browser is signed out from its next request on."""
    with acting() as visit:
        if not SignedIn.end(visit.session, visit.anybody, session_id):
            abort(404)
    flash("That browser is signed out.", "done")
    return redirect(url_for("you.show"), 303)


@blueprint.post("/you/sessions/end-all")
def clear() -> Response:
    """Every browser is signed out, this one too."""
    with acting() as visit:
        SignedIn.end_all(visit.session, visit.anybody)
    response = cookie.take_back(redirect(url_for("week.index"), 303))
    flash("You are signed out everywhere.", "note")
    return response
