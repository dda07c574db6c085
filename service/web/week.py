"""Our week: the page one comes home to."""

from flask import Blueprint, render_template

from rituals.invitation import Invitation
from service.web.our_week import our_week
from service.web.visit import Visit, viewing
from service.web.welcome import welcome

blueprint = Blueprint("week", __name__)


@blueprint.get("/")
def index() -> str:
    with viewing() as visit:
        if visit.guest is None:
            return welcome()
        if visit.partner.couple is None:
            return _alone(visit)
        return render_template("pages/week/index.html", week=our_week(visit))


def _alone(visit: Visit) -> str:
    """Before there are two: nobody asked yet, or no answer yet."""
    invited = Invitation.pending(visit.session, visit.partner, visit.now)
    asking = Invitation.waiting_for(visit.session, visit.partner, visit.now)
    return render_template("pages/week/alone.html", invited=bool(invited), asking=bool(asking))
