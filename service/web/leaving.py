"""Leaving a shared space, and finding it closed."""

from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.couple import Partner
from rituals.leaving import leave
from service.links import Purpose
from service.web.limits import TRYING, limiter
from service.web.security import csrf
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("leaving", __name__)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the one who leaves decides for the calendars. Nothing chosen means: leave everything as it is."""

    events_stay: bool
    clear_mine: bool

    @classmethod
    def from_form(cls) -> "Choices":
        return cls(events_stay=request.form.get("events") != "go", clear_mine="clear_mine" in request.form)


@blueprint.get("/leave")
def new() -> Response:
    with viewing() as visit:
        return _page(visit.anybody, url_for("leaving.create"))


@blueprint.post("/leave")
def create() -> Response:
    """Left, in this transaction. There is nothing to wait for and nobody to ask."""
    with acting() as visit:
        _leave(visit, visit.anybody)
    return redirect(url_for("leaving.new"), 303)


@blueprint.route("/leave/<token>", methods=("GET", "POST"))
@limiter.limit(TRYING)
def by_link(token: str) -> Response:
    """The same from a mail's footer, without signing in: the signed link says who leaves what."""
    here = url_for("leaving.by_link", token=token)
    if request.method == "POST":
        with acting() as visit:
            partner = _named(visit, token)
            if partner is not None:
                _leave(visit, partner)
        return redirect(here, 303)
    with viewing() as visit:
        return _page(_named(visit, token), here)


# The token itself proves who asks, and somebody with cookies off must be able to leave as well.
csrf.exempt(by_link)


@blueprint.get("/closed")
def closed() -> str | Response:
    """What the other one finds: no time, no reason, and a way on."""
    with viewing() as visit:
        couple = visit.anybody.couple
        if couple is None or couple.is_open:
            return redirect(url_for("week.index"), 303)
        return render_template("pages/leaving/closed.html")


@blueprint.post("/closed/forget")
def forget() -> Response:
    """The closed space is put away; from here on a new one can begin."""
    with acting() as visit:
        couple = visit.anybody.couple
        if couple is not None and not couple.is_open:
            leave(visit.session, visit.anybody, visit.now, events_stay=couple.events_stay)
    return redirect(url_for("invitations.new"), 303)


def _page(partner: Partner | None, action: str) -> Response:
    """The question with its choices; for whoever has nothing to leave, a plain page that says so."""
    if partner is None or not partner.is_coupled:
        page = render_template("pages/leaving/left.html")
    else:
        page = render_template("pages/leaving/new.html", action=action)
    return make_response(page, {"Cache-Control": "no-store"})


def _leave(visit: Visit, partner: Partner) -> None:
    choices = Choices.from_form()
    if partner.is_coupled:
        leave(visit.session, partner, visit.now, events_stay=choices.events_stay, clear_mine=choices.clear_mine)


def _named(visit: Visit, token: str) -> Partner | None:
    """The partner whom the link names, while they are still in the space it names."""
    claims = visit.services.links.read(Purpose.LEAVE, token)
    partner = visit.session.get(Partner, claims.number("partner")) if claims else None
    if claims is None or partner is None or partner.couple_id != claims.number("couple"):
        return None
    return partner
