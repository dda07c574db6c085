"""The block that keeps a former partner from inviting again: lifted by the one who left, and by nobody else."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from rituals.leaving import forget_invitations
from service.web.visit import acting

blueprint = Blueprint("blocks", __name__)


@blueprint.post("/you/block/lift")
def delete() -> Response:
    """From here on an invitation comes through again. Nobody is told."""
    with acting() as visit:
        forget_invitations(visit.session, visit.anybody)
    flash("An invitation can reach you again. Nobody is told.", "done")
    return redirect(url_for("you.show"), 303)
