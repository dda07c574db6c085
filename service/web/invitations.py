"""Asking the other person, and the page on which they answer."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from rituals.address import parse_address
from rituals.couple import Partner
from rituals.invitation import Invitation
from rituals.refused import RefusedError
from service import when
from service.links import Purpose
from service.web import cookie
from service.web.found import ID
from service.web.limits import ASKING, TRYING, limiter
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("invitations", __name__)


class OverError(Exception):
    """The invitation cannot be answered any more; why is nobody's business."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One that was sent and has no yes."""

    id: int
    address: str
    asked: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks this person."""

    name: str
    address: str
    path: str


@blueprint.get("/invitations/new")
def new() -> str | Response:
    with viewing() as visit:
        couple = visit.partner.couple
        if couple is not None:
            return redirect(url_for("week.index" if couple.is_open else "leaving.closed"), 303)
        return _new(visit, "", "")


@blueprint.post("/invitations")
@limiter.limit(ASKING)
def create() -> Response | tuple[str, int]:
    typed = request.form.get("address", "")
    try:
        with acting() as visit:
            inviter = visit.partner
            Invitation.send(visit.session, inviter, parse_address(typed), visit.now)
    except RefusedError as error:
        if error.field is None:
            raise
        with viewing() as visit:
            return _new(visit, typed, str(error)), 422
    flash("Your invitation is on its way: one mail, and no reminder.", "done")
    return redirect(url_for("invitations.new"), 303)


@blueprint.post(f"/invitations/<{ID}:invitation_id>/withdraw")
def delete(invitation_id: int) -> Response:
    with acting() as visit:
        theirs = select(Invitation).where(Invitation.id == invitation_id, Invitation.inviter_id == visit.partner.id)
        invitation = visit.session.scalar(theirs) or abort(404)
        invitation.withdraw(visit.session, visit.now)
    flash("Withdrawn. The link in that mail leads nowhere now.", "done")
    return redirect(url_for("invitations.new"), 303)


@blueprint.get("/invitation/<token>")
@limiter.limit(TRYING)
def show(token: str) -> str:
    """Who asks, what this is, and three answers. Opening it changes nothing."""
    with viewing() as visit:
        invitation = _live(visit, token)
        return render_template(
            "pages/invitations/show.html",
            token=token,
            name=invitation.inviter.name,
            address=invitation.inviter.address,
            invited=invitation.address,
            is_somebody_else=_is_somebody_else(visit, invitation),
        )


@blueprint.post("/invitation/<token>/accept")
@limiter.limit(TRYING)
def accept(token: str) -> Response | tuple[str, int]:
    """A yes. The link came to the invited address and to no other, so it is the proof of who says it.

    It also signs in who is new here. An account that is there already has its own way in, good for ten minutes.
    """
    with acting() as visit:
        invitation = _live(visit, token)
        if _is_somebody_else(visit, invitation):
            # A forwarded mail must not make a couple with whoever happens to be signed in.
            return render_template("pages/invitations/foreign.html", token=token, invited=invitation.address), 403
        invited, _ = invitation.accept(visit.session, visit.now)
        is_new = visit.guest is None and not invited.is_introduced
        secret = cookie.begin(visit.session, invited, visit.now) if is_new else None
        onward = _onward(visit, invited)
        name = invitation.inviter.name
    response = redirect(url_for(onward), 303)
    if secret is not None:
        response = cookie.give(response, secret)
    flash(f"You and {name} share this space now. It is good to have you both here.", "done")
    return response


@blueprint.post("/invitation/<token>/decline")
@limiter.limit(TRYING)
def decline(token: str) -> str:
    """A no. Whoever asked is told nothing."""
    with acting() as visit:
        _live(visit, token).decline(visit.session, visit.now, never_again=False)
        return render_template("pages/invitations/decline.html", never_again=False)


@blueprint.post("/invitation/<token>/refuse")
@limiter.limit(TRYING)
def refuse(token: str) -> str:
    """A no for good, to anybody. It counts however old the mail is."""
    with acting() as visit:
        _of(visit, token).decline(visit.session, visit.now, never_again=True)
        return render_template("pages/invitations/decline.html", never_again=True)


@blueprint.errorhandler(OverError)
def over(_: OverError) -> tuple[str, int]:
    """Expired, used, withdrawn and foreign links lead to the same page."""
    return render_template("pages/invitations/over.html"), 410


def _onward(visit: Visit, invited: Partner) -> str:
    """What comes after a yes."""
    if not invited.is_introduced:
        return "you.edit"
    return "week.index" if visit.guest is not None else "sign_in.new"


def _new(visit: Visit, typed: str, error: str) -> str:
    partner, now = visit.partner, visit.now
    pending = [
        Pending(one.id, one.address, when.full_day(one.asked_at, partner.zone, now))
        for one in Invitation.pending(visit.session, partner, now)
    ]
    asking = [_asking(visit, one) for one in Invitation.waiting_for(visit.session, partner, now)]
    return render_template("pages/invitations/new.html", address=typed, error=error, pending=pending, asking=asking)


def _asking(visit: Visit, invitation: Invitation) -> Asking:
    token = visit.services.links.token(Purpose.INVITATION, invitation=invitation.id)
    inviter = invitation.inviter
    return Asking(inviter.name, inviter.address, url_for("invitations.show", token=token))


def _of(visit: Visit, token: str) -> Invitation:
    claims = visit.services.links.read(Purpose.INVITATION, token)
    invitation = visit.session.get(Invitation, claims.number("invitation")) if claims else None
    if invitation is None:
        raise OverError
    return invitation


def _live(visit: Visit, token: str) -> Invitation:
    invitation = _of(visit, token)
    if not invitation.is_live(visit.now):
        raise OverError
    return invitation


def _is_somebody_else(visit: Visit, invitation: Invitation) -> bool:
    return visit.guest is not None and visit.guest.address != invitation.address
