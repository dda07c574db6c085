"""Stretches that a partner keeps for themselves."""

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from rituals.private_block import PrivateBlock
from rituals.refused import RefusedError
from service.web.found import ID
from service.web.hours_page import page_again
from service.web.visit import acting

blueprint = Blueprint("private_blocks", __name__)


@blueprint.post("/not-then")
def create() -> Response | tuple[str, int]:
    typed = {name: request.form.get(name, "") for name in ("starts", "ends")}
    try:
        starts, ends = (_moment(typed, name) for name in ("starts", "ends"))
        with acting() as visit:
            PrivateBlock.keep(visit.session, visit.partner, starts, ends, visit.now)
    except RefusedError as error:
        return page_again(error, "blocks", typed=typed)
    flash("Kept free. Nobody else sees it.", "done")
    return redirect(url_for("hours.show"), 303)


@blueprint.post(f"/not-then/<{ID}:block_id>/lift")
def delete(block_id: int) -> Response:
    with acting() as visit:
        block = PrivateBlock.of(visit.session, visit.partner, block_id) or abort(404)
        block.lift(visit.session)
    flash("Taken away.", "done")
    return redirect(url_for("hours.show"), 303)


def _moment(typed: dict[str, str], name: str) -> datetime:
    """2027-03-01T19:00, as browsers send it. Raises RefusedError."""
    text = typed[name]
    try:
        local = datetime.fromisoformat(text) if len(text) == len("2027-03-01T19:00") and text.isascii() else None
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None or not 1970 < local.year < 2200:
        raise RefusedError("Choose a day and a time.", field=name)
    return local
