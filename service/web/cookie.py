"""The cookie that says in which session a browser is signed in."""

from datetime import datetime

from flask import current_app, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from rituals.couple import Partner
from rituals.signin import SESSION_LIFE, SignedIn
from service.web.device import label


def begin(database_session: Session, partner: Partner, now: datetime) -> str:
    """A new session of this partner in this browser; whoever was signed in here before is so no more."""
    before = SignedIn.with_secret(database_session, request.cookies.get(_name(), ""), now)
    if before is not None:
        database_session.delete(before)
    return SignedIn.start(database_session, partner, label=label(request.user_agent.string), now=now)


def give(response: Response, secret: str) -> Response:
    """Hand the secret to the browser. Forms drawn before this are void: their tokens are forgotten."""
    session.clear()
    response.set_cookie(
        _name(),
        secret,
        max_age=SESSION_LIFE,
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def take_back(response: Response) -> Response:
    """Forget everything that this browser was given, the pages it keeps for its button 'back' too."""
    session.clear()
    response.headers["Clear-Site-Data"] = '"cache"'
    response.delete_cookie(
        _name(), path="/", secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
    )
    return response


def _name() -> str:
    name = current_app.config["SIGN_IN_COOKIE"]
    return str(name)
