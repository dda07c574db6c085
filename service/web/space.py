"""What the two share beside their plans: where the phones go, and the sentence that ends a ritual."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.refused import RefusedError
from service.web.visit import acting, viewing

blueprint = Blueprint("space", __name__)


@blueprint.get("/space")
def edit() -> str:
    with viewing() as visit:
        couple = visit.couple
        return _form(couple.phone_place, couple.closing_line, None)


@blueprint.post("/space")
def update() -> Response | tuple[str, int]:
    place, line = request.form.get("phone_place", ""), request.form.get("closing_line", "")
    try:
        with acting() as visit:
            visit.couple.settle(phone_place=place, closing_line=line)
    except RefusedError as error:
        with viewing() as visit:
            _ = visit.couple
            return _form(place, line, error), 422
    flash("Saved, for both of you.", "done")
    return redirect(url_for("space.edit"), 303)


def _form(place: str, line: str, error: RefusedError | None) -> str:
    errors = [(error.field or "phone_place", str(error))] if error else []
    return render_template("pages/space/edit.html", phone_place=place, closing_line=line, errors=errors)
