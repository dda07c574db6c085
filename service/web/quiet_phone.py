"""A guide: letting one's phone go quiet by itself while a ritual runs."""

from flask import Blueprint, render_template

from service.web.visit import viewing

blueprint = Blueprint("quiet_phone", __name__)


@blueprint.get("/calendars/quiet-phone")
def show() -> str:
    with viewing() as visit:
        _ = visit.partner
        return render_template("pages/quiet_phone/show.html")
