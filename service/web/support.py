"""Support and safety: the same page for everybody, with no cookie and no trace of who read it."""

from flask import Blueprint, Response

from service.web.help_lines import countries
from service.web.plain_page import plain_page

blueprint = Blueprint("support", __name__)


@blueprint.get("/support")
def show() -> Response:
    return plain_page("pages/support/show.html", countries=countries())
