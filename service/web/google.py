"""Connecting Google Calendar: to Google's own page, and back."""

from contextlib import suppress
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.calendar_interfaces import Access, CalendarError, ConsentProvider
from rituals.choosing import link
from rituals.connection import Way
from rituals.linked_calendar import LinkedCalendar
from service.calendar_troubles import AT_GOOGLE
from service.logs import event
from service.web.calendar_page import calendar_before
from service.web.consent_state import ConsentState
from service.web.errors import sentence_page
from service.web.limits import CONNECTING, limiter
from service.web.security import let_forms_lead_to
from service.web.visit import SignInNeededError, StepNeededError, Visit, acting, services, viewing

blueprint = Blueprint("google", __name__)

OURS = "Side by Side"
"""What our calendar is called in their account."""
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody who came back as they went out."""

    verifier: str
    zone: str
    before: str | None
    """The calendar that was ours, if one is connected."""


@blueprint.post("/calendars/google")
@limiter.limit(CONNECTING)
def create() -> Response:
    return send_there()


def send_there() -> Response:
    """To Google's page, where they allow what they like."""
    provider = _provider()
    with viewing() as visit:
        _ = visit.couple
        if LinkedCalendar.is_parting(visit.session, visit.partner, Way.GOOGLE):
            # The last word to an account takes back all the access that it gave: it must not come after the new.
            flash("Your calendar is still being cleared. Please try again in a minute.", "note")
            return redirect(url_for("calendars.show"), 303)
        kept = ConsentState.begin(_signed_in_id(visit), visit.now)
        kept.keep(visit.services.vault)
    return redirect(provider.consent_url(state=kept.state, verifier=kept.verifier, return_to=_return_to()), 303)


@blueprint.get("/calendars/google/return")
@limiter.limit(CONNECTING)
def show() -> Response | str:
    """Whatever differs from what went out links nothing."""
    provider = _provider()
    with viewing() as visit:
        if visit.signed_in is None:
            return redirect(url_for("calendars.show"), 303)  # the address holds what belongs into no other
        _ = visit.couple
        returned = _returned(visit)
        let_forms_lead_to(visit.services.settings.google_oauth_root)
        if request.args.get("error") == "access_denied":
            return render_template("pages/google/declined.html")
    if returned is None:
        return sentence_page(
            400,
            title="That did not come back as it went out.",
            text="Nothing was connected. Please begin again on the page of your calendar.",
        )
    try:
        return _connect(provider, returned)
    except CalendarError as error:
        event("calendar.not-connected", trouble=error.trouble.value, why=str(error))
        flash(f"{AT_GOOGLE[error.trouble]} Nothing was connected.", "problem")
        return redirect(url_for("calendars.show"), 303)


def _connect(provider: ConsentProvider, returned: Returned) -> Response | str:
    """Google is asked before and between transactions, never inside one. Raises CalendarError."""
    code = request.args["code"]
    consent = provider.redeem(code=code, verifier=returned.verifier, return_to=_return_to())
    if not consent.may_write:
        if returned.before is None:
            _give_back(provider, Access(consent.secrets, ""))
        return render_template("pages/google/partial.html")
    access = provider.make(consent, name=OURS, zone=returned.zone, before=returned.before)
    try:
        with acting() as visit:
            _ = visit.couple
            link(visit.session, visit.partner, Way.GOOGLE, access, visit.services.vault, name=OURS, now=visit.now)
    except (SignInNeededError, StepNeededError):
        if returned.before is None:
            _give_back(provider, access)
        raise
    flash("Connected. Your rituals stand there in a minute, in a calendar called Side by Side.", "done")
    if not consent.may_see_busy:
        flash(
            "We may not see when you are busy, so “Find a time” knows less. "
            "Connect it again and allow both, if you like.",
            "note",
        )
    return redirect(url_for("calendars.show"), 303)


def _returned(visit: Visit) -> Returned | None:
    kept = ConsentState.take_back(
        visit.services.vault,
        state=request.args.get("state", ""),
        signed_in_id=_signed_in_id(visit),
        now=visit.now,
    )
    code = request.args.get("code", "")
    if kept is None or not 0 < len(code) <= LONGEST or len(request.args.getlist("state")) > 1:
        return None
    return Returned(kept.verifier, visit.partner.zone, calendar_before(visit, Way.GOOGLE))


def _give_back(provider: ConsentProvider, access: Access) -> None:
    """Access that is of no use is not kept, nor a calendar that was made by it."""
    with suppress(CalendarError):
        provider.withdraw(access, delete=bool(access.calendar))


def _signed_in_id(visit: Visit) -> int:
    return visit.signed_in.id if visit.signed_in is not None else abort(403)


def _provider() -> ConsentProvider:
    """Where it is not set up, there is no such page."""
    found = services().calendars.get(Way.GOOGLE)
    return found if isinstance(found, ConsentProvider) else abort(404)


def _return_to() -> str:
    return services().links.address(url_for("google.show"))
