"""Signing in by an e-mailed link, and out again."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from rituals.address import parse_address
from rituals.couple import Partner
from rituals.refused import RefusedError
from rituals.signin import SignInLink
from service.links import Purpose
from service.web import cookie
from service.web.limits import ASKING, TRYING, limiter
from service.web.security import own_path
from service.web.visit import Visit, acting, services, viewing

blueprint = Blueprint("sign_in", __name__)

WANTED = "wanted"
"""Where the person was going; kept in their own browser until they have signed in."""
ASKED = "asked"
"""The address they typed, to be shown back to them."""


@blueprint.get("/sign-in")
def new() -> str | Response:
    """The form; whoever is signed in already goes on."""
    wanted = own_path(request.args.get("next"))
    with viewing() as visit:
        if visit.guest is not None:
            return redirect(wanted or url_for("week.index"), 303)
    if wanted is not None:
        session[WANTED] = wanted
    return render_template("pages/sign_in/new.html", address="", error="")


@blueprint.post("/sign-in")
@limiter.limit(ASKING)
def create() -> Response | tuple[str, int]:
    """Send a link. The answer is the same whether the address is known, unknown, or asked too often."""
    typed = request.form.get("address", "")
    try:
        address = parse_address(typed)
    except RefusedError as error:
        return render_template("pages/sign_in/new.html", address=typed, error=str(error)), 422
    with acting() as visit:
        SignInLink.ask(visit.session, address, visit.now)
    session[ASKED] = address
    return redirect(url_for("sign_in.sent"), 303)


@blueprint.get("/sign-in/sent")
def sent() -> str:
    has_mailbox = services().mailbox is not None
    return render_template("pages/sign_in/sent.html", address=session.get(ASKED, ""), has_mailbox=has_mailbox)


@blueprint.get("/sign-in/<token>")
@limiter.limit(TRYING)
def show(token: str) -> str | tuple[str, int]:
    """A page with one button. Opening it changes nothing: mail programs open links by themselves."""
    with viewing() as visit:
        link = _link(visit, token)
        if link is None:
            return _over()
        somebody = visit.guest is not None and visit.guest.address != link.address
        return render_template(
            "pages/sign_in/show.html", token=token, address=veiled(link.address), replaces_somebody=somebody
        )


@blueprint.post("/sign-in/<token>")
@limiter.limit(TRYING)
def update(token: str) -> Response | tuple[str, int]:
    """The button: signs in, once."""
    with acting() as visit:
        link = _link(visit, token)
        partner = link.redeem(visit.session, visit.now) if link else None
        if partner is None:
            return _over()
        secret = cookie.begin(visit.session, partner, visit.now)
        onward = _onward(partner)
    return cookie.give(redirect(onward, 303), secret)


@blueprint.post("/sign-out")
def delete() -> Response:
    """This browser is signed out, on both sides."""
    with acting() as visit:
        if visit.signed_in is not None:
            visit.session.delete(visit.signed_in)
    response = cookie.take_back(redirect(own_path(request.form.get("next")) or url_for("week.index"), 303))
    flash("You are signed out.", "note")
    return response


def veiled(address: str) -> str:
    """Enough of an address for its owner to know it, and for anybody else to notice that it is not theirs."""
    local, _, domain = address.rpartition("@")
    return f"{local[:2] if len(local) > 3 else local[:1]}…@{domain}"


def _link(visit: Visit, token: str) -> SignInLink | None:
    claims = visit.services.links.read(Purpose.SIGN_IN, token)
    return SignInLink.open_one(visit.session, claims.number("link"), visit.now) if claims else None


def _over() -> tuple[str, int]:
    """Expired, used and foreign links lead to the same page, with a form for a new one."""
    return render_template("pages/sign_in/over.html"), 410


def _onward(partner: Partner) -> str:
    """What comes first for somebody who has just signed in."""
    if not partner.is_introduced:
        return url_for("you.edit")
    wanted = own_path(session.get(WANTED))
    return wanted or url_for("invitations.new" if partner.couple is None else "week.index")
