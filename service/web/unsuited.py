"""'It doesn't suit', by the link in the mail about a moved date: no sign-in, one button."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from rituals.couple import Partner
from rituals.occurrence import Occurrence
from rituals.refused import RefusedError
from service.links import Purpose
from service.web.errors import sentence_page
from service.web.limits import TRYING, limiter
from service.web.schedule import Reader, date_line
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("unsuited", __name__)


@dataclass(frozen=True, slots=True)
class Meant:
    """The date that a link from a mail is about, the start it stood at then, and whose mail it was."""

    occurrence: Occurrence
    partner: Partner
    starts_at: datetime


@blueprint.get("/unsuited/<token>")
@limiter.limit(TRYING)
def show(token: str) -> str | Response:
    """One button. Opening it leaves nothing out."""
    with viewing() as visit:
        meant = _meant(visit, token)
        occurrence = meant.occurrence
        if not occurrence.stands() or occurrence.starts_at != meant.starts_at or occurrence.has_started(visit.now):
            return sentence_page(
                410, title="That has changed meanwhile.", text="Your page shows how it stands, and what can be moved."
            )
        return render_template(
            "pages/unsuited/show.html",
            token=token,
            name=occurrence.plan.ritual_name,
            slug=occurrence.plan.ritual,
            line=date_line(occurrence.starts_at, Reader(meant.partner.zone, visit.now)),
            occurrence_id=occurrence.id,
        )


@blueprint.post("/unsuited/<token>")
@limiter.limit(TRYING)
def create(token: str) -> str | Response:
    try:
        with acting() as visit:
            meant = _meant(visit, token, lock=True)
            meant.occurrence.turn_away(visit.act_by(meant.partner), meant.starts_at)
            slug = meant.occurrence.plan.ritual
    except RefusedError as error:
        return sentence_page(409, title="That has changed meanwhile.", text=str(error))
    text = "It is left out for both of you. Either of you can choose another time for it."
    return render_template("pages/answers/thanks.html", title="Not this time, then.", text=text, slug=slug)


def _meant(visit: Visit, token: str, *, lock: bool = False) -> Meant:
    claims = visit.services.links.read(Purpose.UNSUITED, token) or abort(404)
    partner = visit.session.get(Partner, claims.number("partner")) or abort(404)
    occurrence = Occurrence.of(visit.session, partner, claims.number("occurrence"), lock=lock) or abort(404)
    return Meant(occurrence, partner, datetime.fromtimestamp(claims.number("moment"), UTC))
