"""The stop on somebody's mails, after one came back or was unwanted: shown to them, and lifted by them alone."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from rituals.returned_mail import start_mail
from service.web.visit import acting

blueprint = Blueprint("stopped_mail", __name__)


@blueprint.post("/you/mail/start")
def delete() -> Response:
    """From the next question on. Nobody is told."""
    with acting() as visit:
        start_mail(visit.session, visit.anybody, visit.now)
    flash("Mails come to you again, from the next question on.", "done")
    return redirect(url_for("you.show"), 303)
