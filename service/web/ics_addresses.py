"""Calendars that a partner lets be looked at, by their private addresses."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from rituals.busy_interfaces import BusySource
from rituals.calendar_interfaces import CalendarError
from rituals.ics_address import IcsAddress
from rituals.refused import RefusedError
from service.web.found import ID
from service.web.hours_page import page_again
from service.web.limits import CONNECTING, limiter
from service.web.visit import acting, services

blueprint = Blueprint("ics_addresses", __name__)

UNFIT = (
    "This is no address of a calendar that we may ask. It begins with https:// or webcal://, and ends in .ics often."
)


@blueprint.post("/published")
@limiter.limit(CONNECTING)
def create() -> Response | tuple[str, int]:
    """Nothing is asked of it here: whether it can be read stands beside it a moment later."""
    typed = {name: request.form.get(name, "") for name in ("address", "name")}
    try:
        address = _checked(services().addresses or abort(404), typed["address"])
        with acting() as visit:
            IcsAddress.add(visit.session, visit.partner, address, visit.services.vault, visit.now, name=typed["name"])
    except RefusedError as error:
        return page_again(error, "addresses", typed=typed)
    flash("Added. We read when you are taken, and nothing else.", "done")
    return redirect(url_for("hours.show"), 303)


@blueprint.post(f"/published/<{ID}:address_id>/remove")
def delete(address_id: int) -> Response:
    with acting() as visit:
        row = IcsAddress.of(visit.session, visit.partner, address_id) or abort(404)
        row.take_away(visit.session)
    flash("Taken away.", "done")
    return redirect(url_for("hours.show"), 303)


def _checked(addresses: BusySource, text: str) -> str:
    if not text.strip():
        raise RefusedError("Paste the address here.", field="address")
    try:
        return addresses.check(text)
    except CalendarError as error:
        raise RefusedError(UNFIT, field="address") from error
