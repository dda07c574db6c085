"""What is kept, for how long, and what is not kept at all."""

from flask import Blueprint, Response

from service.web.plain_page import plain_page

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
def show() -> Response:
    return plain_page("pages/privacy/show.html")
