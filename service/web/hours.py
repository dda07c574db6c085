"""Ritual hours: when rituals suit a partner, by their own clock."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from rituals.refused import RefusedError
from rituals.ritual_hours import RitualHours
from service.web.hours_fields import HoursFields
from service.web.hours_page import hours_page, page_again
from service.web.visit import acting, viewing

blueprint = Blueprint("hours", __name__)


@blueprint.get("/hours")
def show() -> str:
    with viewing() as visit:
        return hours_page(visit)


@blueprint.post("/hours")
def update() -> Response | tuple[str, int]:
    fields = HoursFields.read(request.form)
    try:
        with acting() as visit:
            RitualHours.set(visit.session, visit.partner, fields.hours())
    except RefusedError as error:
        return page_again(error, "hours", fields=fields)
    flash("Saved. Only you see this.", "done")
    return redirect(url_for("hours.show"), 303)
